-- Takes or renews the leader's lease. Ruby's scheduler uses the same key and compares values as we do.
-- KEYS[1] the leader's lock
-- ARGV[1] my value   ARGV[2] seconds until it ends   ARGV[3] '' or a test clock's milliseconds
-- reply: { 1 when mine else 0, whose it is, milliseconds until it ends (-1: it never ends), milliseconds of Redis }
-- @include now
local holder = redis.call('GET', KEYS[1])
local now_ms = digits((now(ARGV[3])))
if not holder or holder == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
  return { 1, ARGV[1], tonumber(ARGV[2]) * 1000, now_ms }
end
return { 0, holder, redis.call('PTTL', KEYS[1]), now_ms }
