-- Registered workers of ours that belong to no process. To put it right each is entered as a process that has not
-- beaten since 1970: what puts the jobs of the dead back does the rest.
-- KEYS[1] processes   KEYS[2] process_ids   KEYS[3] workers
-- ARGV[1] 'fix' or 'look'   ARGV[2] text before a worker's id   ARGV[3], ARGV[4], … worker ids
-- reply: for each id 1 when it is so (and was put right) else 0
local slots_of = {}
local ids = redis.call('HGETALL', KEYS[2])
for index = 2, #ids, 2 do
  local slots, base = string.match(ids[index], '^(%d+) (.+)$')
  if base then slots_of[base] = math.max(slots_of[base] or 0, tonumber(slots)) end
end

local function is_known(worker)
  if slots_of[worker] then return true end
  local base, slot = string.match(worker, '^(.+):(%d+)$')
  return base ~= nil and (slots_of[base] or 0) >= tonumber(slot)
end

local reply = {}
for argument = 3, #ARGV do
  local worker = ARGV[argument]
  local record = redis.pcall('GET', ARGV[2] .. worker)
  local token = type(record) == 'string' and string.match(record, '^{"token":"([^".]+)%.') or nil
  local is_ours = token or string.find(worker, '^[^:]+:[^:]+:[^:]+:%d+$')
  local is_wrong = is_ours and redis.call('SISMEMBER', KEYS[3], worker) == 1 and not is_known(worker)
    and not (token and redis.call('ZSCORE', KEYS[1], token))
  if is_wrong and ARGV[1] == 'fix' then
    token = token or 'doctor-' .. redis.sha1hex(worker)
    redis.call('ZADD', KEYS[1], 0, token)
    redis.call('HSET', KEYS[2], token, '1 ' .. worker)
  end
  reply[#reply + 1] = is_wrong and 1 or 0
end
return reply
