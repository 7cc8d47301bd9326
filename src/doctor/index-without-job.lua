-- Ruby's index names buckets in which the payload is not: taken out of it.
-- KEYS[1] delayed_queue_schedule
-- ARGV[1] 'fix' or 'look'   ARGV[2] text before a payload in the key of Ruby's index   ARGV[3] text before a second
-- ARGV[4], ARGV[5], … pairs: payload, member of its set
-- reply: for each pair 1 when it is so (and was put right) else 0
local reply = {}
for argument = 4, #ARGV, 2 do
  local payload, member = ARGV[argument], ARGV[argument + 1]
  local index, second = ARGV[2] .. payload, string.match(member, '^delayed:(%d+)$')
  local is_wrong = redis.pcall('SISMEMBER', index, member) == 1
  if is_wrong and second then
    local position = redis.pcall('LPOS', ARGV[3] .. second, payload)
    is_wrong = not position or (type(position) == 'table' and position.err ~= nil)
  end
  if is_wrong and ARGV[1] == 'fix' then redis.call('SREM', index, member) end
  reply[#reply + 1] = is_wrong and 1 or 0
end
return reply
