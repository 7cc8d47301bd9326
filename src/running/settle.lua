-- A worker process hands in what became of its jobs and takes the next ones for its free slots, in one step.
-- A job in hand is the worker:<id> record of its slot; it begins with the token of its reservation. Who comes
-- with another token has been taken for dead in the meantime: what it says is refused.
-- KEYS[1] processes   KEYS[2] queues   KEYS[3] failed   KEYS[4] stat:processed   KEYS[5] stat:failed
-- KEYS[6] pause-all-workers   KEYS[7] paused_queues   KEYS[8] attempts   KEYS[9] deaths
-- KEYS[10] delayed_queue_schedule   KEYS[11], … the queues to reserve from, in order of priority
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] token of the process   ARGV[3] id of its first slot
-- ARGV[4] text before a queue's name   ARGV[5] text before a job's id   ARGV[6] text before a worker's id
-- ARGV[7] text before a second   ARGV[8] channel that wakes workers   ARGV[9] channel for who waits for an end
-- ARGV[10] now, as worker records write it   ARGV[11] now, as the failed list writes it
-- ARGV[12] seconds that a final status is kept   ARGV[13] number of the reservation
-- ARGV[14] number of outcomes   ARGV[15] number of free slots   ARGV[16], … the outcomes, the slots, the queue names
--   an outcome: slot, token, 'done' (complete, not tracked, first attempt), or
--               slot, token, kind, status name or '', 'NX' | 'XX' (only if the key exists), more, detail, '1' when counted
--     kind      'complete' | 'failed' | 'poison' | 'retry' | 'back'
--     more      the status record's members after "updated", but for "updated_ms"
--     detail    failed, poison: the failure's members after "payload"; retry: the due second
-- reply: { milliseconds of Redis, 1 when registered else 0, number refused, refused slots…,
--          then for each job: slot, token, queue, attempts before, deaths before, payload }
-- @include now
-- @include payload
-- @include status
-- @include json-text
-- @include quarantine
local now_ms, now_s = now(ARGV[1])
local cursor, ended, free, woken = 16, {}, {}, {}
local performed, failures = 0, 0
local refused, fails = {}, false

local function slot_key(slot)
  if slot == '1' then return ARGV[6] .. ARGV[3] end
  return ARGV[6] .. ARGV[3] .. ':' .. slot
end

local function payload_in_hand(record)
  local _, last = string.find(record, ',"payload":', 1, true)
  return string.sub(record, last + 1, -2)
end

local function queue_in_hand(record)
  return cjson.decode(string.match(record, '"queue":(".-"),"run_at":"'))
end

local function write_status(code, name, condition, more, ttl_seconds)
  if name == '' then return end
  local record = '{"status":' .. code .. ',"updated":' .. now_s .. more .. ',"updated_ms":' .. digits(now_ms) .. '}'
  local command = { 'SET', ARGV[5] .. name .. ':status', record }
  if condition == 'XX' then command[#command + 1] = 'XX' end
  if ttl_seconds then
    command[#command + 1] = 'EX'
    command[#command + 1] = ttl_seconds
    ended[#ended + 1] = name
  end
  redis.call(unpack(command))
end

-- How often this job failed or was orphaned is counted under its id, or the hash of an id-less payload.
local function forget_counts(payload, counted)
  if counted ~= '1' then return end
  local _, _, _, id = read_payload(payload)
  local field = count_field(id, payload)
  redis.call('HDEL', KEYS[8], field)
  redis.call('HDEL', KEYS[9], field)
end

local settle = {}

function settle.complete(record, name, condition, more, _, counted)
  write_status(4, name, condition, more, ARGV[12])
  performed = performed + 1
  forget_counts(payload_in_hand(record), counted)
end

local function fail(payload, kept, name, condition, more, detail, counted)
  redis.call('RPUSH', KEYS[3], '{"failed_at":"' .. ARGV[11] .. '","payload":' .. kept .. detail)
  write_status(3, name, condition, more, ARGV[12])
  performed, failures = performed + 1, failures + 1
  forget_counts(payload, counted)
end

function settle.failed(record, ...)
  local payload = payload_in_hand(record)
  fail(payload, payload, ...)
end

function settle.poison(record, ...)
  local payload = payload_in_hand(record)
  fail(payload, 'null,"raw":' .. json_text(payload), ...)
end

-- A delayed payload must name its queue. The count moves along when that changes an id-less payload.
local function delayed_form(payload, queue)
  local _, _, named, id = read_payload(payload)
  local delayed = payload
  if not named then
    delayed = string.gsub(payload, '}%s*$', '') .. ',"queue":' .. cjson.encode(queue) .. '}'
  end
  local kind = read_payload(delayed)
  return delayed, count_field(id, payload), count_field(id, queued_form(kind, delayed))
end

-- Where the job was to go holds something else than a list.
local function nowhere(record, reason, name, condition, more)
  quarantine(KEYS[3], ARGV[11], payload_in_hand(record), reason, queue_in_hand(record))
  write_status(3, name, condition, more, ARGV[12])
end

function settle.retry(record, name, condition, more, detail)
  local delayed, field, next_field = delayed_form(payload_in_hand(record), queue_in_hand(record))
  local pushed = redis.pcall('RPUSH', ARGV[7] .. detail, delayed)
  if type(pushed) == 'table' then return nowhere(record, pushed.err, name, condition, more) end
  local attempts = redis.call('HINCRBY', KEYS[8], field, 1)
  if next_field ~= field then
    redis.call('HSET', KEYS[8], next_field, attempts)
    redis.call('HDEL', KEYS[8], field)
  end
  redis.call('ZADD', KEYS[10], detail, detail)
  write_status(63, name, condition, more .. ',"due":' .. detail)
  performed = performed + 1
end

function settle.back(record, name, condition, more)
  local queue = queue_in_hand(record)
  local length = redis.pcall('LPUSH', ARGV[4] .. queue, payload_in_hand(record))
  if type(length) == 'table' then return nowhere(record, length.err, name, condition, more) end
  redis.call('SADD', KEYS[2], queue)
  if length == 1 then woken[#woken + 1] = queue end
  write_status(1, name, condition, more)
end

local function read_outcomes(count)
  local outcomes, keys = {}, {}
  for index = 1, count do
    local outcome = { slot = ARGV[cursor], token = ARGV[cursor + 1], kind = ARGV[cursor + 2] }
    if outcome.kind == 'done' then
      cursor = cursor + 3
    else
      outcome.at = cursor + 3
      cursor = cursor + 8
      fails = fails or outcome.kind == 'failed' or outcome.kind == 'poison'
    end
    outcomes[index], keys[index] = outcome, slot_key(outcome.slot)
  end
  return outcomes, keys
end

local function settle_all(outcomes, keys)
  if #outcomes == 0 then return end
  local records = redis.call('MGET', unpack(keys))
  for index, outcome in ipairs(outcomes) do
    local record, mark = records[index], '{"token":"' .. outcome.token .. '",'
    if not record or string.sub(record, 1, #mark) ~= mark then
      refused[#refused + 1] = tonumber(outcome.slot)
    else
      free[keys[index]] = true
      if outcome.kind == 'done' then
        performed = performed + 1
      else
        settle[outcome.kind](record, unpack(ARGV, outcome.at, outcome.at + 4))
      end
    end
  end
end

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
local function hand_of(queue)
  local head = '{"token":"' .. reservation .. '","queue":' .. cjson.encode(queue)
    .. ',"run_at":"' .. ARGV[10] .. '","payload":'
  local running = status_records(2, queue, now_ms, now_s)
  return function(slot, payload)
    local kind, class, _, id, seconds, prefix = read_payload(payload)
    local key = slot_key(slot)
    free[key] = nil
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
-- connection. A job in hand is never written over.
local function empty_slots(slots)
  local empty, unsure, keys, mark = {}, {}, {}, '{"token":"' .. ARGV[2] .. '.'
  for _, slot in ipairs(slots) do
    local key = slot_key(slot)
    if free[key] then -- settled in this very call
      empty[#empty + 1] = slot
    else
      unsure[#unsure + 1], keys[#keys + 1] = slot, key
    end
  end
  if #keys == 0 then return empty end
  for index, record in ipairs(redis.call('MGET', unpack(keys))) do
    if not record then
      empty[#empty + 1] = unsure[index]
    elseif string.sub(record, 1, #mark) == mark then
      hand_out_again(unsure[index], record)
    end
  end
  return empty
end

local function reserve(slots, first_queue)
  local count, taken, paused = #slots, 0, paused_queues()
  for queue_index = 1, #KEYS - 10 do
    if taken == count then break end
    local queue = ARGV[first_queue + queue_index - 1]
    local reply = not paused[queue] and redis.pcall('LPOP', KEYS[10 + queue_index], count - taken)
    if reply and not reply.err then
      local take_in_hand = hand_of(queue)
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

local function write_counters()
  if performed == 0 then return end
  redis.pcall('INCRBY', KEYS[4], performed)
  redis.pcall('INCRBY', KEYS[4] .. ':' .. ARGV[3], performed)
  if failures == 0 then return end
  redis.pcall('INCRBY', KEYS[5], failures)
  redis.pcall('INCRBY', KEYS[5] .. ':' .. ARGV[3], failures)
end

local outcomes, outcome_keys = read_outcomes(tonumber(ARGV[14]))
local trouble = fails and failed_list_trouble(KEYS[3])
if trouble then return trouble end
settle_all(outcomes, outcome_keys)
local registered = redis.call('ZSCORE', KEYS[1], ARGV[2]) and 1 or 0
local slots, first_queue = {}, cursor + tonumber(ARGV[15])
for index = cursor, first_queue - 1 do slots[#slots + 1] = ARGV[index] end
if #slots > 0 then slots = empty_slots(slots) end
if registered == 1 and #slots > 0 and not is_paused() then reserve(slots, first_queue) end

local emptied = {}
for key in pairs(free) do emptied[#emptied + 1] = key end
if #emptied > 0 then redis.call('DEL', unpack(emptied)) end
if #reservations > 0 then redis.call('MSET', unpack(reservations)) end
if #statuses > 0 then redis.call('MSET', unpack(statuses)) end
if #ended > 0 then redis.pcall('PUBLISH', ARGV[9], table.concat(ended, ',')) end
for _, queue in ipairs(woken) do redis.pcall('PUBLISH', ARGV[8], queue) end
write_counters()

local reply = { digits(now_ms), registered, #refused }
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
