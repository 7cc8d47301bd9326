-- Takes jobs in hand for free slots. KEYS and ARGV are those of settle.lua. Needs payload.lua, status.lua and
-- in-hand.lua; `free`, `shown`, `slot_key` and `records_of` of exchange.lua, and settle-limits.lua or no-limits.lua.

local function is_paused()
  local value = redis.pcall('GET', KEYS[6])
  return type(value) == 'string' and string.lower(string.match(value, '^%s*(.-)%s*$')) == 'true'
end

local function paused_queues()
  local paused = {}
  for _, queue in ipairs(redis.pcall('SMEMBERS', KEYS[7])) do paused[queue] = true end
  return paused
end

local jobs, reservations, statuses = {}, {}, {}

local reservation = ARGV[2] .. '.' .. ARGV[13]

-- Takes jobs of one queue in hand: what is the same in all their records is put together once.
local function hand_of(queue, limit)
  local places = limit and has_places(limit) and '"limits":[' .. cjson.encode(limit) .. '],' or ''
  local head = '{"token":"' .. reservation .. '",' .. places .. '"queue":' .. cjson.encode(queue)
    .. ',"run_at":"' .. ARGV[10] .. '","payload":'
  local running = status_records(2, queue, now_ms, now_s)
  return function(slot, payload)
    local kind, class, _, id, seconds, prefix = read_payload(payload)
    local key = slot_key(slot)
    free[slot] = nil
    if limit then take_place(limits, limit, reservation .. ' ' .. string.sub(key, #ARGV[6] + 1)) end
    reservations[#reservations + 1] = key
    reservations[#reservations + 1] = head .. payload .. '}'
    jobs[#jobs + 1] = { slot = slot, token = reservation, queue = queue, payload = payload, id = kind and id }
    if not kind or not id then return end
    if kind ~= 'ours' then
      update_foreign_status(status_key(ARGV[5], id, prefix), 2, nil, now_s)
    elseif is_tracked(id) then
      statuses[#statuses + 1] = ARGV[5] .. id .. ':status'
      statuses[#statuses + 1] = running(class, seconds)
    end
  end
end

local function hand_out_again(slot, record)
  local payload = payload_in_hand(record)
  local _, _, _, id = read_payload(payload)
  local token = string.match(record, '^{"token":"([^"]+)"')
  jobs[#jobs + 1] = { slot = slot, token = token, queue = queue_in_hand(record), payload = payload, id = id }
end

-- A free slot that holds a job nevertheless: the reply that told of it was lost. It is told again, in any call,
-- because the call that reserved it may have been carried out late, after others that came over a newer
-- connection. A job in hand is never written over. Nothing is taken ahead here: only slots that are shown are filled.
-- They are filled in the order in which they are told: whoever puts jobs back goes by their slots.
local function empty_slots(slots)
  local unsure, has_job, empty, mark = {}, {}, {}, '{"token":"' .. ARGV[2] .. '.'
  for _, slot in ipairs(slots) do
    if not free[slot] then unsure[#unsure + 1] = slot end -- else settled in this very call
  end
  for index, record in ipairs(records_of(unsure)) do
    has_job[unsure[index]] = record
    if record and string.sub(record, 1, #mark) == mark then hand_out_again(unsure[index], record) end
  end
  for _, slot in ipairs(slots) do
    if not has_job[slot] and tonumber(slot) <= shown then empty[#empty + 1] = slot end
  end
  return empty
end

local function reserve(slots, count, first_queue)
  local taken, paused = 0, paused_queues()
  for queue_index = 1, #KEYS - 11 do
    if taken == count then break end
    local queue = ARGV[first_queue + queue_index - 1]
    local limit = limits and limits.queues[queue]
    local most = math.min(count - taken, limit and room_in_queue(limit) or count)
    local reply = most > 0 and not paused[queue] and redis.pcall('LPOP', KEYS[11 + queue_index], most)
    -- A key that is no list is left alone; but a Redis that takes no writes is no empty queue: raise what it said.
    if reply and reply.err and not string.find(reply.err, 'WRONGTYPE', 1, true) then
      redis.call('LPOP', KEYS[11 + queue_index], most)
    end
    if reply and not reply.err then
      local take_in_hand = hand_of(queue, limit)
      for _, payload in ipairs(reply) do
        taken = taken + 1
        take_in_hand(slots[taken], payload)
      end
    end
  end
end

local function counts(key)
  if redis.call('EXISTS', key) == 0 then return {} end
  local fields = {}
  for index, job in ipairs(jobs) do fields[index] = count_field(job.id, job.payload) end
  return redis.call('HMGET', key, unpack(fields))
end
