-- Buckets that no scheduler would look into: their seconds are added to the delayed set.
-- KEYS[1] delayed_queue_schedule
-- ARGV[1] 'fix' or 'look'   ARGV[2] text before a second   ARGV[3], ARGV[4], … the seconds
-- reply: for each second 1 when it is so (and was put right) else 0
local reply = {}
for argument = 3, #ARGV do
  local second = ARGV[argument]
  local is_wrong = redis.call('TYPE', ARGV[2] .. second).ok == 'list' and not redis.call('ZSCORE', KEYS[1], second)
  if is_wrong and ARGV[1] == 'fix' then redis.call('ZADD', KEYS[1], second, second) end
  reply[#reply + 1] = is_wrong and 1 or 0
end
return reply
