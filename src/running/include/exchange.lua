-- What settle.lua and settle-limited.lua do. KEYS and ARGV are those of settle.lua. Needs now.lua, payload.lua, status.lua,
-- json-text.lua, quarantine.lua, cancel-marks.lua, in-hand.lua, ahead.lua, and settle-limits.lua or no-limits.lua.
local cursor, free = 19, {}
local refused, fails = {}, false

local function slot_key(slot)
  if slot == '1' then return ARGV[6] .. ARGV[3] end
  return ARGV[6] .. ARGV[3] .. ':' .. slot
end

-- What is in a slot beyond these is in the hand.
local shown = tonumber(ARGV[16])

-- The records of these slots, false where there is none.
local function records_of(slots)
  local keys, fields, is_hidden = {}, {}, {}
  for index, slot in ipairs(slots) do
    is_hidden[index] = tonumber(slot) > shown
    if is_hidden[index] then
      fields[#fields + 1], fields[#fields + 2] = ahead_fields(slot)
    else
      keys[#keys + 1] = slot_key(slot)
    end
  end
  local kept = #keys > 0 and redis.call('MGET', unpack(keys)) or {}
  local hidden = #fields > 0 and redis.call('HMGET', KEYS[11], unpack(fields)) or {}
  local records, key, field = {}, 0, 0
  for index = 1, #slots do
    if is_hidden[index] then
      field = field + 2
      records[index] = ahead_record(hidden[field - 1], hidden[field])
    else
      key = key + 1
      records[index] = kept[key]
    end
  end
  return records
end

-- @include ./outcomes
-- @include ./reserve

local function read_outcomes(count)
  local outcomes, slots = {}, {}
  for index = 1, count do
    local outcome = { slot = ARGV[cursor], token = ARGV[cursor + 1], kind = ARGV[cursor + 2] }
    if outcome.kind == 'done' then
      cursor = cursor + 3
    else
      outcome.at = cursor + 3
      cursor = cursor + 8
      fails = fails or outcome.kind == 'failed' or outcome.kind == 'poison'
    end
    outcomes[index], slots[index] = outcome, outcome.slot
  end
  return outcomes, slots
end

local ends = { complete = true, failed = true, poison = true, cancelled = true }

local function kind_of(outcome, record)
  if ends[outcome.kind] or not is_marked(ARGV[6], ARGV[3], outcome.slot, record) then return outcome.kind end
  return 'cancelled'
end

local function settle_all(outcomes, slots)
  local records = records_of(slots)
  for index, outcome in ipairs(outcomes) do
    local record, mark = records[index], '{"token":"' .. outcome.token .. '",'
    if not record or string.sub(record, 1, #mark) ~= mark then
      refused[#refused + 1] = tonumber(outcome.slot)
    else
      free[outcome.slot] = true
      local kind = outcome.kind
      if kind == 'done' then
        performed = performed + 1
      else
        kind = kind_of(outcome, record)
        settle[kind](record, unpack(ARGV, outcome.at, outcome.at + 4))
      end
      if limits then leave_places(record, #mark + 1, slot_key(outcome.slot), kind) end
    end
  end
end

local function write_counters()
  if performed == 0 then return end
  redis.pcall('INCRBY', KEYS[4], performed)
  redis.pcall('INCRBY', KEYS[4] .. ':' .. ARGV[3], performed)
  if failures == 0 then return end
  redis.pcall('INCRBY', KEYS[5], failures)
  redis.pcall('INCRBY', KEYS[5] .. ':' .. ARGV[3], failures)
end

-- Slots that were settled and took no other job.
local function empty_the_freed()
  local keys, fields = {}, {}
  for slot in pairs(free) do
    if tonumber(slot) > shown then
      fields[#fields + 1], fields[#fields + 2] = ahead_fields(slot)
    else
      keys[#keys + 1] = slot_key(slot)
    end
  end
  if #keys > 0 then redis.call('DEL', unpack(keys)) end
  if #fields > 0 then redis.call('HDEL', KEYS[11], unpack(fields)) end
end

local outcomes, outcome_slots = read_outcomes(tonumber(ARGV[14]))
local trouble = fails and failed_list_trouble(KEYS[3])
if trouble then return trouble end
settle_all(outcomes, outcome_slots)
local beat_ms = redis.call('ZSCORE', KEYS[1], ARGV[2])
local registered = beat_ms and beat_ms ~= '0' and 1 or 0 -- '0': what it has in hand is being put back
local slots, first_queue = {}, cursor + tonumber(ARGV[15])
for index = cursor, first_queue - 1 do slots[#slots + 1] = ARGV[index] end
if limits then hand_places_on() end
if #slots > 0 then slots = empty_slots(slots) end
local most = math.min(#slots, tonumber(ARGV[17]))
if registered == 1 and most > 0 and not is_paused() then reserve(slots, most, first_queue) end

empty_the_freed()
-- settle-quick.lua may rely on the hand when all of it was looked at, or nobody else did anything since the last answer.
local is_known = ARGV[18] == '' or redis.call('HGET', KEYS[11], 'call') == ARGV[18]
if registered == 1 and is_known then
  redis.call('HSET', KEYS[11], 'call', ARGV[13])
else
  redis.call('HDEL', KEYS[11], 'call')
end
if #reservations > 0 then redis.call('MSET', unpack(reservations)) end
if #statuses > 0 then redis.call('MSET', unpack(statuses)) end
if #ended > 0 then redis.pcall('PUBLISH', ARGV[9], table.concat(ended, ',')) end
for _, queue in ipairs(woken) do redis.pcall('PUBLISH', ARGV[8], queue) end
if limits then tell_of_room() end
write_counters()

local reply = { digits(now_ms), registered, opens_ms, #refused }
for _, slot in ipairs(refused) do reply[#reply + 1] = slot end
if #jobs > 0 then
  local attempts, deaths = counts(KEYS[8]), counts(KEYS[9])
  for index, job in ipairs(jobs) do
    reply[#reply + 1] = tonumber(job.slot)
    reply[#reply + 1] = job.token
    reply[#reply + 1] = job.queue
    reply[#reply + 1] = tonumber(attempts[index] or 0) or 0
    reply[#reply + 1] = tonumber(deaths[index] or 0) or 0
    reply[#reply + 1] = job.payload
  end
end
return reply
