-- Seconds of the delayed set without a delayed job: taken out.
-- KEYS[1] delayed_queue_schedule
-- ARGV[1] 'fix' or 'look'   ARGV[2] text before a second   ARGV[3], ARGV[4], … the seconds
-- reply: for each second 1 when it is so (and was put right) else 0
local reply = {}
for argument = 3, #ARGV do
  local second = ARGV[argument]
  local is_wrong = redis.call('ZSCORE', KEYS[1], second) and redis.call('EXISTS', ARGV[2] .. second) == 0
  if is_wrong and ARGV[1] == 'fix' then redis.call('ZREM', KEYS[1], second) end
  reply[#reply + 1] = is_wrong and 1 or 0
end
return reply
