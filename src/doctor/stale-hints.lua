-- Hints of the delayed index for seconds that are long over and have no bucket: taken out. So are entries of unsorted
-- hints (include/sort-hints.lua) that tell of such seconds only.
-- KEYS[1] delayed_queue_schedule
-- ARGV[1] 'fix' or 'look'   ARGV[2] '' or a test clock's milliseconds   ARGV[3] text before a second
-- ARGV[4] seconds after which a hint is stale   ARGV[5], ARGV[6], … pairs: key of the set or list, hint or entry
-- reply: for each pair 1 when it is so (and was put right) else 0
-- @include now
local _, now_s = now(ARGV[2])
local reply = {}

local function is_over(due)
  return due and tonumber(due) + ARGV[4] < now_s and redis.call('EXISTS', ARGV[3] .. due) == 0
end

local function is_all_over(entry)
  for due in string.gmatch(entry, '(%d+) %d+') do
    if not is_over(due) then return false end
  end
  return true
end

for argument = 5, #ARGV, 2 do
  local key, hint = ARGV[argument], ARGV[argument + 1]
  local is_entry, is_wrong = string.find(hint, ' ', 1, true), false
  if is_entry then
    is_wrong = is_all_over(hint) and type(redis.pcall('LPOS', key, hint)) == 'number'
  else
    is_wrong = is_over(string.match(hint, '^1%d%d%d%d(%d+)$')) and redis.pcall('SISMEMBER', key, hint) == 1
  end
  if is_wrong and ARGV[1] == 'fix' then
    if is_entry then redis.call('LREM', key, 1, hint) else redis.call('SREM', key, hint) end
  end
  reply[#reply + 1] = is_wrong and 1 or 0
end
return reply
