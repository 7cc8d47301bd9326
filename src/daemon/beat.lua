-- A worker process says that it is alive, and who it is. The first time it asks whether its id is free.
-- KEYS[1] processes   KEYS[2] process_ids   KEYS[3] workers   KEYS[4] workers:heartbeat
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] token   ARGV[3] number of slots   ARGV[4] id of the first slot
-- ARGV[5] '1' to renew the heartbeats that Ruby reads, else ''   ARGV[6] now, as "started" is written
-- ARGV[7] 'join' the first time, 'beat' after   ARGV[8] text before a worker's id
-- reply: 'ok' | 'taken' (join: another worker has this id) | 'gone' (beat: this process was taken for dead)
-- @include now
-- @include heartbeat-time
local now_ms, now_s = now(ARGV[1])
local token, slots, base = ARGV[2], tonumber(ARGV[3]), ARGV[4]

if ARGV[7] == 'join' and redis.call('SISMEMBER', KEYS[3], base) == 1 then return 'taken' end
if ARGV[7] == 'beat' and not redis.call('ZSCORE', KEYS[1], token) then return 'gone' end

redis.call('ZADD', KEYS[1], digits(now_ms), token)
if ARGV[5] == '1' then
  local heartbeat = heartbeat_time(now_s)
  redis.call('HSET', KEYS[2], token, slots .. ' ' .. base)
  for slot = 1, slots do
    local worker = slot == 1 and base or base .. ':' .. slot
    redis.call('SADD', KEYS[3], worker)
    redis.call('HSET', KEYS[4], worker, heartbeat)
    if ARGV[7] == 'join' then redis.call('SET', ARGV[8] .. worker .. ':started', ARGV[6]) end
  end
end
return 'ok'
