-- Notes that entries are not in force any more. What is known of them is kept for a while, in case they come
-- back, and then removed. Only the leader may do it.
-- KEYS[1] recurring_last:<app>   KEYS[2] recurring_definitions:<app>   KEYS[3] recurring_disabled:<app>
-- KEYS[4] recurring_counts:<app>   KEYS[5] recurring_entries:<app>   KEYS[6] the leader's lock
-- KEYS[7] recurring_jobs:<app>
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] my value in the lock, or '' to do it without leading
-- ARGV[3] milliseconds that it is kept   ARGV[4] text before an entry in the key of its history
-- ARGV[5], … the entries
-- reply: 1 when leading else 0
-- @include now
if ARGV[2] ~= '' and redis.call('GET', KEYS[6]) ~= ARGV[2] then return 0 end
local now_ms = now(ARGV[1])

local function remove(name)
  for index = 1, 4 do redis.call('HDEL', KEYS[index], name) end
  redis.call('HDEL', KEYS[7], name)
  redis.call('DEL', ARGV[4] .. name)
end

for index = 5, #ARGV do
  local name = ARGV[index]
  redis.call('HDEL', KEYS[5], name)
  local gone = string.match(redis.call('HGET', KEYS[2], name) or '', '^%-(%d+)$')
  if not gone then
    redis.call('HSET', KEYS[2], name, '-' .. digits(now_ms))
  elseif tonumber(gone) + tonumber(ARGV[3]) < now_ms then
    remove(name)
  end
end
return 1
