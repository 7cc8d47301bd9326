-- Asks the worker that has a job in hand to end it. The mark stays for as long as that takes: a worker that misses
-- the message finds it on its next beat, and a script that would put the job back cancels it instead. It names the
-- reservation, so that it means nothing for a later run of the same job.
-- KEYS[1] process_ids
-- ARGV[1] the job's id   ARGV[2] text before a worker's id   ARGV[3] seconds that the mark is kept
-- ARGV[4] channel that workers hear   ARGV[5] text before a token in the key of its process's hand
-- reply: 1, or 0 when no worker of ours has the job in hand
-- @include payload
-- @include cancel-marks
-- @include ./include/ahead
local id = ARGV[1]

-- -> the reservation's token when this record is of the job
local function token_if_in_hand(record)
  if not record or not string.find(record, id, 1, true) then return nil end
  local _, last = string.find(record, ',"payload":', 1, true)
  local _, _, _, found = read_payload(string.sub(record, last + 1, -2))
  return found == id and string.match(record, '^{"token":"([^"]+)"') or nil
end

local function ask(base, slot, token)
  local marks = cancel_marks(ARGV[2], base)
  redis.call('SADD', marks, cancel_mark(token, slot))
  redis.call('EXPIRE', marks, ARGV[3])
  redis.pcall('PUBLISH', ARGV[4], cancel_mark(token, slot))
end

-- -> the records of a process's slots, and of what it took ahead, by slot
local function records_of(process, base, slots)
  local keys = {}
  for slot = 1, slots do keys[slot] = ARGV[2] .. (slot == 1 and base or base .. ':' .. slot) end
  local records = #keys > 0 and redis.call('MGET', unpack(keys)) or {}
  for slot, record in pairs(all_ahead(ARGV[5] .. process)) do records[slot] = record end
  return records
end

local processes = redis.call('HGETALL', KEYS[1])
for index = 1, #processes, 2 do
  local slots, base = string.match(processes[index + 1], '^(%d+) (.+)$')
  for slot, record in pairs(base and records_of(processes[index], base, tonumber(slots)) or {}) do
    local token = token_if_in_hand(record)
    if token then
      ask(base, slot, token)
      return 1
    end
  end
end
return 0
