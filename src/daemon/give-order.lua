-- Tells living worker processes of ours to do something: each finds it at its next beat, which the message makes come
-- at once.
-- KEYS[1] processes
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] milliseconds without a beat until a process is dead
-- ARGV[3] text before a token in the key of its orders   ARGV[4] channel   ARGV[5] the order
-- ARGV[6] seconds until an order that nobody has read is forgotten   ARGV[7 …] tokens
-- reply: the tokens that were told
-- @include now
local now_ms = now(ARGV[1])
local told = {}
for at = 7, #ARGV do
  local token = ARGV[at]
  local beat_ms = tonumber(redis.call('ZSCORE', KEYS[1], token) or '-inf')
  if beat_ms > now_ms - tonumber(ARGV[2]) then
    redis.call('RPUSH', ARGV[3] .. token, ARGV[5])
    redis.call('EXPIRE', ARGV[3] .. token, ARGV[6])
    told[#told + 1] = token
  end
end
if #told > 0 then redis.pcall('PUBLISH', ARGV[4], table.concat(told, ' ')) end
return told
