-- Queues with jobs whose name is not in the set of queues: added to it.
-- KEYS[1] queues
-- ARGV[1] 'fix' or 'look'   ARGV[2] text before a queue's name   ARGV[3], ARGV[4], … the names
-- reply: for each name 1 when it is so (and was put right) else 0
local reply = {}
for argument = 3, #ARGV do
  local name = ARGV[argument]
  local is_wrong = redis.call('TYPE', ARGV[2] .. name).ok == 'list' and redis.call('SISMEMBER', KEYS[1], name) == 0
  if is_wrong and ARGV[1] == 'fix' then redis.call('SADD', KEYS[1], name) end
  reply[#reply + 1] = is_wrong and 1 or 0
end
return reply
