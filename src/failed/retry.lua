-- Puts the job of one failure record back into its queue and takes the record off the list. The record is
-- found by its bytes, never by a position that may have moved.
-- KEYS[1] failed   KEYS[2] queues   KEYS[3] attempts
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] the record   ARGV[3] the queue   ARGV[4] the payload's bytes
-- ARGV[5] text before a queue's name   ARGV[6] text before a job's id   ARGV[7] channel that wakes workers
-- reply: 1 when retried, 0 when the record is no longer there
-- @include now
-- @include payload
-- @include status
-- @include enqueue
if redis.call('LREM', KEYS[1], 1, ARGV[2]) == 0 then return 0 end
local now_ms, now_s = now(ARGV[1])
local batch = new_batch(ARGV[6], now_ms, now_s)
local kind, class, _, id, seconds, prefix = read_payload(ARGV[4])
add_to_batch(batch, ARGV[3], ARGV[4], kind, class, id, seconds, prefix)
local refusal
enqueue_batch(batch, KEYS[2], ARGV[5], ARGV[7], function(_, reason) refusal = reason end)
if refusal then
  redis.call('RPUSH', KEYS[1], ARGV[2])
  return redis.error_reply(refusal)
end
redis.call('HDEL', KEYS[3], count_field(id, ARGV[4]))
return 1
