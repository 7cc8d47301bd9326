-- Takes or renews the leader's lease. Ruby's scheduler uses the same key and compares values as we do.
-- A scheduler whose entries are fired under this very lease wants it; one that has another lease for them, and
-- takes this one only so that delayed jobs are promoted, yields to who wants it.
-- KEYS[1] the leader's lock   KEYS[2] leader_wanted
-- ARGV[1] my value   ARGV[2] seconds until it ends   ARGV[3] '' or a test clock's milliseconds
-- ARGV[4] 'wants', 'yields' or ''
-- reply: { 1 when mine else 0, whose it is, milliseconds until it ends (-1: it never ends), milliseconds of Redis }
-- @include now
local now_ms = digits((now(ARGV[3])))
local holder = redis.call('GET', KEYS[1])
if ARGV[4] == 'yields' and (not holder or holder == ARGV[1]) then
  local wanted_by = redis.call('GET', KEYS[2])
  if wanted_by then
    redis.call('DEL', KEYS[1])
    return { 0, wanted_by, redis.call('PTTL', KEYS[2]), now_ms }
  end
end
if not holder or holder == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
  if ARGV[4] == 'wants' and redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
  return { 1, ARGV[1], tonumber(ARGV[2]) * 1000, now_ms }
end
if ARGV[4] == 'wants' then redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2]) end
return { 0, holder, redis.call('PTTL', KEYS[1]), now_ms }
