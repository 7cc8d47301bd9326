-- Entries of queues and buckets that are no job: moved to the failed list, with the reason.
-- KEYS[1] failed   KEYS[2] delayed_queue_schedule
-- ARGV[1] 'fix' or 'look'   ARGV[2] now, as the failed list writes it
-- ARGV[3], ARGV[4], … fives: key of the list, the entry, the queue or '', the second or '', the reason
-- reply: for each five 1 when it is so (and was put right) else 0
-- @include now
-- @include payload
-- @include status
-- @include json-text
-- @include quarantine
local reply = {}

local function move(key, entry, queue, second, reason)
  redis.call('LREM', key, 1, entry)
  if second ~= '' and redis.call('EXISTS', key) == 0 then redis.call('ZREM', KEYS[2], second) end
  quarantine(KEYS[1], ARGV[2], entry, reason, queue)
end

local trouble = ARGV[1] == 'fix' and failed_list_trouble(KEYS[1])
if trouble then return trouble end
for argument = 3, #ARGV, 5 do
  local key, entry, queue, second, reason = unpack(ARGV, argument, argument + 4)
  local is_wrong = type(redis.pcall('LPOS', key, entry)) == 'number'
  if is_wrong and ARGV[1] == 'fix' then move(key, entry, queue, second, reason) end
  reply[#reply + 1] = is_wrong and 1 or 0
end
return reply
