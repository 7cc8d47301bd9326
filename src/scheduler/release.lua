-- Gives the leader's lease up, if it is mine.
-- KEYS[1] the leader's lock
-- ARGV[1] my value
-- reply: 1 when it was mine else 0
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
