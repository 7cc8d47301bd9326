-- Tells who holds locks of leaders, all at one moment.
-- KEYS[1] a lock; and further ones behind it
-- reply: value or '', milliseconds until it ends (-1: it never ends, -2: there is none); for each key
local told = {}
for index = 1, #KEYS do
  local key = KEYS[index]
  told[#told + 1] = redis.call('TYPE', key).ok == 'string' and redis.call('GET', key) or ''
  told[#told + 1] = redis.call('PTTL', key)
end
return told
