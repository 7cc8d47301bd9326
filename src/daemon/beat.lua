-- A worker process says that it is alive, who it is and how it is, and takes what it was told from outside. The first
-- time it asks whether its id is free.
-- KEYS[1] processes   KEYS[2] process_ids   KEYS[3] workers   KEYS[4] workers:heartbeat   KEYS[5] process_info
-- KEYS[6] orders of this process
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] token   ARGV[3] number of slots   ARGV[4] id of the first slot
-- ARGV[5] '1' to renew the heartbeats that Ruby reads, else ''   ARGV[6] now, as "started" is written
-- ARGV[7] 'join' the first time, 'beat' after   ARGV[8] text before a worker's id
-- ARGV[9] what the process tells of itself, or ''
-- reply: { 'ok', orders … } | { 'taken' } (join: another worker has this id) | { 'gone' } (beat: this process was
-- taken for dead)
-- @include now
-- @include heartbeat-time
local now_ms, now_s = now(ARGV[1])
local token, slots, base = ARGV[2], tonumber(ARGV[3]), ARGV[4]

if ARGV[7] == 'join' and redis.call('SISMEMBER', KEYS[3], base) == 1 then return { 'taken' } end
local beat_ms = redis.call('ZSCORE', KEYS[1], token)
if ARGV[7] == 'beat' and (not beat_ms or beat_ms == '0') then return { 'gone' } end -- '0': it is being buried

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
if ARGV[9] ~= '' then redis.call('HSET', KEYS[5], token, ARGV[9]) end
local reply = { 'ok' }
local orders = redis.call('LRANGE', KEYS[6], 0, -1)
for _, order in ipairs(orders) do reply[#reply + 1] = order end
if #orders > 0 then redis.call('DEL', KEYS[6]) end
return reply
