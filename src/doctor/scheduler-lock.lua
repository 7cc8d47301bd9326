-- Locks of schedulers and of unique jobs, by their value: an endless one is given an end, a dead holder's is given up.
-- KEYS[1] the leader's lock
-- ARGV[1] 'fix' or 'look'   ARGV[2] 'expire' or 'release'   ARGV[3] seconds until it ends then
-- ARGV[4], ARGV[5], … pairs: key of a lock, its value
-- reply: for each pair 1 when it is so (and was put right) else 0
local reply = {}
for argument = 4, #ARGV, 2 do
  local key, value = ARGV[argument], ARGV[argument + 1]
  local is_wrong = redis.pcall('GET', key) == value and (ARGV[2] == 'release' or redis.call('TTL', key) == -1)
  if is_wrong and ARGV[1] == 'fix' then
    if ARGV[2] == 'expire' then redis.call('EXPIRE', key, ARGV[3]) else redis.call('DEL', key) end
  end
  reply[#reply + 1] = is_wrong and 1 or 0
end
return reply
