-- Gives the leader's lease up, as far as it is mine.
-- KEYS[1] the leader's lock   KEYS[2] leader_since:<app>   KEYS[3] node-resque's lock: for the shared lease only
-- ARGV[1] my value   ARGV[2] text before our values in node-resque's lock
-- reply: 1 when it was mine else 0
if KEYS[3] and redis.call('GET', KEYS[3]) == ARGV[2] .. ARGV[1] then redis.call('DEL', KEYS[3]) end
local since = redis.call('GET', KEYS[2]) or ''
if string.sub(since, 1, #ARGV[1] + 1) == ARGV[1] .. ' ' then redis.call('DEL', KEYS[2]) end
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
