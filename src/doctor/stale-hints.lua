-- Hints of the delayed index for seconds that are long over and have no bucket: taken out.
-- KEYS[1] delayed_queue_schedule
-- ARGV[1] 'fix' or 'look'   ARGV[2] '' or a test clock's milliseconds   ARGV[3] text before a second
-- ARGV[4] seconds after which a hint is stale   ARGV[5], ARGV[6], … pairs: key of the set, hint
-- reply: for each pair 1 when it is so (and was put right) else 0
-- @include now
local _, now_s = now(ARGV[2])
local reply = {}
for argument = 5, #ARGV, 2 do
  local key, hint = ARGV[argument], ARGV[argument + 1]
  local due = string.match(hint, '^1%d%d%d%d(%d+)$')
  local is_wrong = due and tonumber(due) + tonumber(ARGV[4]) < now_s and redis.call('EXISTS', ARGV[3] .. due) == 0
    and redis.pcall('SISMEMBER', key, hint) == 1
  if is_wrong and ARGV[1] == 'fix' then redis.call('SREM', key, hint) end
  reply[#reply + 1] = is_wrong and 1 or 0
end
return reply
