-- Puts jobs into their queues, or, when asked again after a broken connection, only those not yet there.
-- KEYS[1] queues   KEYS[2] the queue of the first job
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] text before a queue's name in its key
-- ARGV[3] text before a job's id in its keys   ARGV[4] channel that wakes workers
-- ARGV[5] '1' when this call may have been carried out before: tracked jobs already known are left out
-- ARGV[6], ARGV[7], … pairs: queue, payload
-- reply: { milliseconds of Redis, number of jobs pushed }
-- @include now
-- @include payload
-- @include status
-- @include enqueue
local now_ms, now_s = now(ARGV[1])
local batch = new_batch(ARGV[3], now_ms, now_s)
local again = ARGV[5] == '1'
local pushed = 0
for index = 6, #ARGV, 2 do
  local queue, payload = ARGV[index], ARGV[index + 1]
  local kind, class, _, id, seconds, prefix = read_payload(payload)
  local known = again and id and redis.call('EXISTS', status_key(ARGV[3], id, prefix)) == 1
  if not known then
    add_to_batch(batch, queue, queued_form(kind, payload, queue), kind, class, id, seconds, prefix)
    pushed = pushed + 1
  end
end
local refusal
enqueue_batch(batch, KEYS[1], ARGV[2], ARGV[4], function(_, reason) refusal = reason end)
if refusal then return redis.error_reply(refusal) end
return { digits(now_ms), pushed }
