-- Frees a leader's lock that a person has looked at, if it is still what was looked at.
-- KEYS[1] the lock
-- ARGV[1] its value then   ARGV[2] '1' to free it although it ends by itself, else ''
-- reply: 'freed' | 'gone' | 'other' (another holds it now) | 'live' (it has an end: its holder renews it)
local holder = redis.call('GET', KEYS[1])
if not holder then return 'gone' end
if holder ~= ARGV[1] then return 'other' end
if ARGV[2] ~= '1' and redis.call('PTTL', KEYS[1]) >= 0 then return 'live' end
redis.call('DEL', KEYS[1])
return 'freed'
