-- One bounded step over the keys of a namespace, with the type of each. In a script, because it is one round trip,
-- and because on a Redis Cluster it runs where the namespace is.
-- KEYS[1] any key of the namespace
-- ARGV[1] where to go on, as SCAN tells it   ARGV[2] pattern of the keys   ARGV[3] how many keys to look at
-- reply: { where to go on, key, type, key, type, … }
local scanned = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', ARGV[3])
local reply = { scanned[1] }
for _, key in ipairs(scanned[2]) do
  reply[#reply + 1] = key
  reply[#reply + 1] = redis.call('TYPE', key).ok
end
return reply
