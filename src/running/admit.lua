-- Jobs in hand ask whether their limits let them be performed. Who finds no room is parked: it leaves the hand in
-- this very step. Who was promised a place has it; who comes while others are parked waits behind them.
-- KEYS[1] queues
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] text before the limits' keys   ARGV[3] text before a queue's
-- name   ARGV[4] text before a job's id   ARGV[5] text before a worker's id   ARGV[6] channel that wakes workers
-- ARGV[7] id of the process's first slot
-- ARGV[8], … for each job: slot, token, limit, concurrency, count, window in ms (0: no limit)
-- reply: { milliseconds until a rate allows the next parked job or 0, number parked,
--          for each job 1 perform it | 0 it was parked | 2 it is in other hands }
-- @include now
-- @include payload
-- @include status
local now_ms, now_s = now(ARGV[1])
-- @include ./include/in-hand
-- @include ./include/limits

local limits = new_limits(ARGV[2], KEYS[1], ARGV[3], ARGV[4], ARGV[5], ARGV[6])
local opens_ms, parked_count = 0, 0
local queued_behind = {}

local function worker_of(slot)
  return slot == '1' and ARGV[7] or ARGV[7] .. ':' .. slot
end

local function note_opening(in_ms)
  if in_ms > 0 and (opens_ms == 0 or in_ms < opens_ms) then opens_ms = in_ms end
end

local function is_in(limit, place)
  local kind = limit[2] > 0 and 'holders:' or 'starts:'
  return redis.call('ZSCORE', limits.prefix .. kind .. limit[1], place)
end

-- The record names the limit from now on, before those it names already.
local function let_in(key, record, limit, place)
  take_place(limits, limit, place)
  if limit[2] == 0 then return end
  local named = limits_in_hand(record)
  table.insert(named, 1, limit)
  local _, token_end = string.find(record, '^{"token":"[^"]+",')
  local rest = string.find(record, '"queue":', token_end, true)
  redis.call('SET', key, string.sub(record, 1, token_end) .. '"limits":' .. cjson.encode(named) .. ','
    .. string.sub(record, rest))
end

-- A place in its queue's limit is for somebody else now; it was taken for nothing.
local function leave_hand(key, record, place)
  for _, limit in ipairs(limits_in_hand(record)) do
    give_place_back(limits, limit[1], place)
    redis.call('ZREM', limits.prefix .. 'starts:' .. limit[1], place)
  end
  redis.call('DEL', key)
end

local function ask(slot, token, limit)
  local worker = worker_of(slot)
  local key, place = ARGV[5] .. worker, token .. ' ' .. worker
  local record, mark = redis.call('GET', key), '{"token":"' .. token .. '",'
  if not record or string.sub(record, 1, #mark) ~= mark then return 2 end
  if is_in(limit, place) then return 1 end
  local payload = payload_in_hand(record)
  local id = select(4, read_payload(payload))
  if keep_promise(limits, limit, payload, id) then
    let_in(key, record, limit, place)
    queued_behind[limit[1]] = limit
    return 1
  end
  local room, in_ms = 0, 0
  if redis.call('EXISTS', limits.prefix .. 'parked:' .. limit[1]) == 1 then
    queued_behind[limit[1]] = limit
  else
    room, in_ms = room_of(limits, limit)
  end
  if room > 0 then
    let_in(key, record, limit, place)
    return 1
  end
  note_opening(in_ms)
  park(limits, limit, payload, queue_in_hand(record), in_ms)
  leave_hand(key, record, place)
  parked_count = parked_count + 1
  return 0
end

local verdicts = {}
for at = 8, #ARGV, 6 do
  local limit = { ARGV[at + 2], tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5]) }
  verdicts[#verdicts + 1] = ask(ARGV[at], ARGV[at + 1], limit)
end
-- There may be room that nobody told of, and a kept promise says when the next may begin.
for _, limit in pairs(queued_behind) do note_opening(unpark(limits, limit)) end
return { opens_ms, parked_count, unpack(verdicts) }
