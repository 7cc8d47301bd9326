-- Asks the worker that has a job in hand to end it. The mark stays for as long as that takes: a worker that misses
-- the message finds it on its next beat, and a script that would put the job back cancels it instead. It names the
-- reservation, so that it means nothing for a later run of the same job.
-- KEYS[1] process_ids
-- ARGV[1] the job's id   ARGV[2] text before a worker's id   ARGV[3] seconds that the mark is kept
-- ARGV[4] channel that workers hear
-- reply: 1, or 0 when no worker of ours has the job in hand
-- @include payload
-- @include cancel-marks
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

for _, process in ipairs(redis.call('HVALS', KEYS[1])) do
  local slots, base = string.match(process, '^(%d+) (.+)$')
  local keys = {}
  for slot = 1, tonumber(slots or 0) do
    keys[slot] = ARGV[2] .. (slot == 1 and base or base .. ':' .. slot)
  end
  for slot, record in ipairs(#keys > 0 and redis.call('MGET', unpack(keys)) or {}) do
    local token = token_if_in_hand(record)
    if token then
      ask(base, slot, token)
      return 1
    end
  end
end
return 0
