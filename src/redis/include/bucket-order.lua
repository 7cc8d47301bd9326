-- Finds a job of ours in its bucket without walking through it. Jobs join a bucket at its tail, so it is nearly in the
-- order in which they were made, and of that an id of ours tells enough: a slot of 64 ms, of which the payload's
-- queue_time tells the rest, and how many ids its process had made before (see job/id.ts). So we halve, looking at
-- single entries, which Redis finds without passing those before them. It is a guess where to look, no more: jobs that
-- were moved here, entries of others, clocks that differ are stepped over or lead astray, and then the caller walks.
-- Needs find_in_entries of take.lua.

local slot_ms, slots_each_round = 64, 1048576
-- Among jobs that were made within a second, those of the same process are in the order of their counts, although a
-- producer's idea of the time jumps back a little now and then. No process makes so many ids in a second.
local slots_each_second, most_ids_each_second = 16, 16777216
-- What other processes have made so shortly before or after may stand on either side.
local slots_in_doubt = 4
-- An entry that does not tell where it belongs may be one of a run, or of many runs: where else we look, seen from it.
local steps = { 0, 1, -3, 8, -13, 21, -34, 55, -89, 144, -233, 377 }
-- An id repeats the digits of its slot every 18.6 hours. The job is taken to be of the round that is nearest to the first
-- entry we meet; then so many others are looked into, the latest first.
local most_other_rounds = 4
-- A job may have been made so long after the one at the tail: the clocks of two producers.
local slots_of_slack = 1024
-- What follows the digits of the planned second in an entry of ours; so long that the id's digits are where they are cut.
local rest_of_tail = '%x+","queue_time":(%d%d%d%d%d%d%d%d%d%d%.%d%d%d)}$'
-- To read so many entries costs what it costs to halve on, in fewer commands; then `margin` on both sides as well.
local few_entries, margin = 24, 16
-- To walk through so few is as quick.
local short_bucket = 64

-- -> the slot of an entry whose place was never changed: one that was first planned for the second of this bucket
local function slot_of(order, entry)
  local seconds = entry and string.match(entry, order.tail, -68)
  return seconds and math.floor((seconds * 1000 + 0.5) / slot_ms)
end

-- -> the job's slot in the round that is nearest to a slot
local function slot_near(order, slot)
  return order.digits + math.floor((slot - order.digits) / slots_each_round + 0.5) * slots_each_round
end

-- -> whether the entry stands before the job, or nil when it does not tell
local function is_before(order, entry)
  local slot = slot_of(order, entry)
  if not slot then return nil end
  order.slot = order.slot or slot_near(order, slot)
  local slots = slot - order.slot
  local distance = math.abs(slots)
  if distance <= slots_each_second then
    local count = tonumber(string.sub(entry, -39, -31), 16) - order.count
    if math.abs(count) < most_ids_each_second then return count < 0 end
    if distance <= slots_in_doubt then return nil end
  end
  return slots < 0
end

-- -> the index of an entry about the middle and whether it stands before the job
local function look_near_middle(order, low, high)
  local middle = math.floor((low + high) / 2)
  for _, step in ipairs(steps) do
    local index = middle + step
    if index >= low and index < high then
      local before = is_before(order, redis.call('LINDEX', order.key, index))
      if before ~= nil then return index, before end
    end
  end
end

-- -> where the job is between, if the bucket is in order: at one of these two indices or in the middle
local function narrow(order)
  local low, high = 0, order.length
  while high - low > few_entries do
    local index, before = look_near_middle(order, low, high)
    if not index then break end
    if before then low = index + 1 else high = index end
  end
  return low, high
end

-- -> payload and index of the job
local function find_between(order, first, last)
  first = math.max(0, first)
  if last < first then return nil end
  local payload, _, index = find_in_entries(redis.call('LRANGE', order.key, first, last), order.id, -64)
  if payload then return payload, first + index - 1 end
end

local function find_about(order, low, high)
  if high - low > order.most then return nil end
  local payload, index = find_between(order, low, high)
  if not payload then payload, index = find_between(order, low - margin, low - 1) end
  if not payload then payload, index = find_between(order, high + 1, high + margin) end
  return payload, index
end

local function slot_at_end(order, first, step)
  for _, distance in ipairs(steps) do
    local slot = slot_of(order, redis.call('LINDEX', order.key, first + step * math.abs(distance)))
    if slot then return slot end
  end
end

-- -> the bucket as it is searched, or nil when it is so short that there is nothing to gain, or the id is not of ours
local function order_of(key, id, limit)
  local length = redis.pcall('LLEN', key)
  if type(length) ~= 'number' or length <= short_bucket then return nil end
  local planned, slot, count = string.match(id, '^%x(%x%x%x%x%x%x%x%x%x)%d%d%d%d%d%d%d%d(%x%x%x%x%x)(%x+)$')
  if not planned or #id ~= 32 then return nil end
  return {
    key = key, id = id, length = length, digits = tonumber(slot, 16), count = tonumber(count, 16),
    tail = '^"id":"%x' .. planned .. rest_of_tail, most = limit / (1 + most_other_rounds),
  }
end

local function find_in_other_rounds(order)
  local newest, oldest = slot_at_end(order, -1, -1), slot_at_end(order, 0, 1)
  if not newest or not oldest then return nil end
  local tried = order.slot
  local latest = slot_near(order, newest + slots_of_slack - slots_each_round / 2)
  local earliest = math.max(oldest - slots_of_slack, latest - (most_other_rounds - 1) * slots_each_round)
  for slot = latest, earliest, -slots_each_round do
    order.slot = slot
    local payload, index
    if slot ~= tried then payload, index = find_about(order, narrow(order)) end
    if payload then return payload, index end
  end
end

-- Reads hardly more than `limit` entries at the most, and looks at some dozen single ones.
-- -> payload, and the end of the bucket that is nearer to it: 1 or -1, as LREM takes it
local function find_in_order(key, id, limit)
  local order = order_of(key, id, limit)
  if not order then return nil end
  local payload, index = find_about(order, narrow(order))
  if not payload then payload, index = find_in_other_rounds(order) end
  if payload then return payload, 2 * index < order.length and 1 or -1 end
end
