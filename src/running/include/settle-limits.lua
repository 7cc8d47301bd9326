-- The limits of what a worker process settles and reserves. Needs limits.lua and in-hand.lua; KEYS and ARGV are
-- those of settle-limited.lua.
local given = cjson.decode(ARGV[#ARGV])
local limits = new_limits(given.prefix, KEYS[2], ARGV[4], ARGV[5], ARGV[6], ARGV[8])
limits.queues = given.queues
local opens_ms = 0
local left_places = {}

local function note_opening(in_ms)
  if in_ms > 0 and (opens_ms == 0 or in_ms < opens_ms) then opens_ms = in_ms end
end

-- `at`: where the limits of its record begin, if it has any.
local function leave_places(record, at, key, kind)
  if string.byte(record, at + 1) == 108 then -- 'l'
    left_places[#left_places + 1] = { record = record, worker = string.sub(key, #ARGV[6] + 1), kind = kind }
  end
end

local function hand_place_on(left, limit, freed)
  give_place_back(limits, limit[1], place_of_slot(left.record, left.worker))
  if is_of_queue(limit) then return end
  freed[limit[1]] = limit
  if left.kind ~= 'back' then return end
  local payload = payload_in_hand(left.record)
  promise_place(limits, limit, payload, select(4, read_payload(payload)))
end

-- Gives the places of settled jobs back, and those whose turn it is their queues. A job that was put back keeps
-- its place for when it is taken again.
local function hand_places_on()
  local freed = {}
  for _, left in ipairs(left_places) do
    for _, limit in ipairs(limits_in_hand(left.record)) do hand_place_on(left, limit, freed) end
  end
  for _, limit in pairs(freed) do note_opening(unpark(limits, limit)) end
end

local function room_in_queue(limit)
  local room, in_ms = room_of(limits, limit)
  note_opening(in_ms)
  return room
end

local function has_places(limit)
  return limit[2] > 0
end

-- The jobs of a full queue wait in it, and idle workers with them: they are told of room that this process does
-- not use itself.
local function tell_of_room()
  for _, left in ipairs(left_places) do
    for _, limit in ipairs(limits_in_hand(left.record)) do
      local queue = is_of_queue(limit) and string.sub(limit[1], 7)
      if queue and redis.call('EXISTS', ARGV[4] .. queue) == 1 and room_of(limits, limit) > 0 then
        redis.pcall('PUBLISH', ARGV[8], queue)
      end
    end
  end
end
