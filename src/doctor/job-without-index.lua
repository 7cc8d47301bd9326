-- Delayed jobs in Ruby's form of which Ruby's index knows nothing: noted there. PHP has the same form but never
-- writes the index; payloads that show PHP's escapes are left alone.
-- KEYS[1] delayed_queue_schedule
-- ARGV[1] 'fix' or 'look'   ARGV[2] text before a payload in the key of Ruby's index   ARGV[3] text before a second
-- ARGV[4], ARGV[5], … pairs: payload, second
-- reply: for each pair 1 when it is so (and was put right) else 0
-- @include now
-- @include payload
local reply = {}

local function is_ruby(payload)
  local kind = read_payload(payload)
  if kind ~= 'ruby' or string.find(payload, '\\/', 1, true) then return false end
  return not string.find(payload, '\\u[1-9a-fA-F]') and not string.find(payload, '\\u0[1-9a-fA-F]')
    and not string.find(payload, '\\u00[2-9a-fA-F]')
end

for argument = 4, #ARGV, 2 do
  local payload, second = ARGV[argument], ARGV[argument + 1]
  local index, member = ARGV[2] .. payload, 'delayed:' .. second
  local is_wrong = is_ruby(payload) and redis.pcall('SISMEMBER', index, member) == 0
  is_wrong = is_wrong and type(redis.pcall('LPOS', ARGV[3] .. second, payload)) == 'number'
  if is_wrong and ARGV[1] == 'fix' then redis.call('SADD', index, member) end
  reply[#reply + 1] = is_wrong and 1 or 0
end
return reply
