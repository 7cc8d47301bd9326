-- Takes a worker of another system off the list, as Ruby's unregister_worker does; what it had in hand has failed.
-- KEYS[1] workers   KEYS[2] workers:heartbeat   KEYS[3] failed   KEYS[4] stat:processed   KEYS[5] stat:failed
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] worker id   ARGV[3] text before a worker's id
-- ARGV[4] text before a job's id   ARGV[5] its record as it was read, or ''   ARGV[6] the job's failure record, or ''
-- ARGV[7] the job's payload, or ''   ARGV[8] seconds that a final status is kept
-- reply: 'removed' | 'unknown' (there is no such worker) | 'changed' (it has another job in hand by now)
-- @include now
-- @include payload
-- @include status
local _, now_s = now(ARGV[1])
local worker, key = ARGV[2], ARGV[3] .. ARGV[2]
local record = redis.call('GET', key)

if redis.call('SISMEMBER', KEYS[1], worker) == 0 and not record then return 'unknown' end
if (record or '') ~= ARGV[5] then return 'changed' end

if ARGV[6] ~= '' then
  redis.call('RPUSH', KEYS[3], ARGV[6])
  local kind, _, _, id, _, prefix = read_payload(ARGV[7])
  if kind and id then update_foreign_status(status_key(ARGV[4], id, prefix), 3, ARGV[8], now_s) end
end
redis.call('SREM', KEYS[1], worker)
redis.call('HDEL', KEYS[2], worker)
redis.call('DEL', key, key .. ':started', KEYS[4] .. ':' .. worker, KEYS[5] .. ':' .. worker)
return 'removed'
