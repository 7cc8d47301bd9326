-- Lays a due second without jobs before whoever else may be moving delayed jobs, or looks whether it is still there
-- and takes it away. Every scheduler takes such a second out as soon as it sees it, and nobody else does.
-- KEYS[1] delayed_queue_schedule   KEYS[2] the leader's lock
-- ARGV[1] my value in the lock   ARGV[2] the second, before all that are real
-- ARGV[3] '' to lay it; else the second that was the last one when it was laid: to look
-- reply: laid: the last second, or '' when there is none to be lost or I do not lead
--        looked: 'whole' | 'torn' | 'unsure' (all seconds are gone as well, or I do not lead)
local leads = redis.call('GET', KEYS[2]) == ARGV[1]
if ARGV[3] == '' then
  local last = leads and redis.call('ZREVRANGE', KEYS[1], 0, 0)[1]
  if last == ARGV[2] then redis.call('ZREM', KEYS[1], last) end -- left behind by one that died
  if not last or last == ARGV[2] then return '' end
  redis.call('ZADD', KEYS[1], ARGV[2], ARGV[2])
  return last
end
if not leads then return 'unsure' end
if redis.call('ZREM', KEYS[1], ARGV[2]) == 1 then return 'whole' end
return redis.call('ZSCORE', KEYS[1], ARGV[3]) and 'torn' or 'unsure'
