-- Whether a job is still on its way, although nobody may have told so: Ruby's workers write no status, a worker
-- may have died, a queue may have been removed. Needs status.lua.
--
--   local look = new_look(status_prefix, queue_prefix, hands, now_s, asked_key)
--     hands  { workers_key, worker_prefix, process_ids_key, hand_prefix }: who may have jobs in hand
--   state_of(look, id) -> 'waiting' | 'running' | nil
--
-- What is read of queues and workers is read once for all jobs of a call, and no further than this.
local most_looked_at = 1000
-- A retry this long after its time was moved into its queue by somebody who writes no status.
local most_overdue_seconds = 3600

local function new_look(status_prefix, queue_prefix, hands, now_s, asked_key)
  return {
    status_prefix = status_prefix, queue_prefix = queue_prefix, hands = hands,
    now_s = now_s, asked_key = asked_key, lists = {},
  }
end

local function text_of_list(look, key)
  if not look.lists[key] then
    local reply = redis.pcall('LRANGE', key, 0, most_looked_at)
    if reply.err then reply = {} end
    look.lists[key] = { text = table.concat(reply), is_long = #reply > most_looked_at }
  end
  return look.lists[key]
end

-- In a list longer than we look at it is taken to wait.
local function is_in_list(look, key, id)
  local found = text_of_list(look, key)
  return found.is_long or string.find(found.text, id, 1, true) ~= nil
end

-- In its queue, or in the list of those whose class is asked first.
local function is_waiting(look, queue, id)
  return is_in_list(look, look.queue_prefix .. queue, id) or is_in_list(look, look.asked_key, id)
end

local function text_of_hands(look)
  if look.in_hand then return look.in_hand end
  local workers_key, worker_prefix, process_ids_key, hand_prefix = unpack(look.hands)
  local keys, records = {}, {}
  for _, id in ipairs(redis.call('SMEMBERS', workers_key)) do keys[#keys + 1] = worker_prefix .. id end
  for first = 1, #keys, most_looked_at do
    local last = math.min(#keys, first + most_looked_at - 1)
    for _, record in ipairs(redis.call('MGET', unpack(keys, first, last))) do
      if record then records[#records + 1] = record end
    end
  end
  for _, token in ipairs(redis.call('HKEYS', process_ids_key)) do
    for _, record in ipairs(redis.call('HVALS', hand_prefix .. token)) do records[#records + 1] = record end
  end
  look.in_hand = table.concat(records)
  return look.in_hand
end

local function state_of(look, id)
  local text = redis.call('GET', status_key(look.status_prefix, id))
  local ok, record = pcall(cjson.decode, text or '')
  if not ok or type(record) ~= 'table' then return nil end
  local code = tonumber(record.status)
  if code == 63 and (tonumber(record.due) or 0) + most_overdue_seconds > look.now_s then return 'waiting' end
  if code == 1 and record.parked then return 'waiting' end -- for a limit, in the limit's own list
  if code == 1 and type(record.queue) == 'string' and is_waiting(look, record.queue, id) then return 'waiting' end
  if (code == 1 or code == 2) and string.find(text_of_hands(look), id, 1, true) then return 'running' end
  return nil
end
