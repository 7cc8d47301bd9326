-- Puts the jobs of dead worker processes of ours back to the head of their queues and forgets the processes.
-- A job that died with its worker for the third time goes to the failed list; one that was to be cancelled is
-- cancelled. Workers of other systems are not touched: they are not in KEYS[1].
-- KEYS[1] processes   KEYS[2] process_ids   KEYS[3] queues   KEYS[4] failed   KEYS[5] deaths   KEYS[6] workers
-- KEYS[7] workers:heartbeat   KEYS[8] stat:processed   KEYS[9] stat:failed   KEYS[10] attempts
-- KEYS[11] process_info
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] milliseconds without a beat until a process is dead,
-- or '' to take only the process ARGV[3]   ARGV[3] token of one process or ''
-- ARGV[4] text before a queue's name   ARGV[5] text before a job's id   ARGV[6] text before a worker's id
-- ARGV[7] channel that wakes workers   ARGV[8] deaths after which a job fails
-- ARGV[9] now, as the failed list writes it   ARGV[10] seconds that a final status is kept
-- ARGV[11] '1' when the process leaves by itself: its jobs come back without counting a death
-- ARGV[12] channel for who waits for an end   ARGV[13] text before the limits' keys
-- ARGV[14] text before a token in the key of its orders   ARGV[15] text before a token in the key of its hand
-- reply: { processes forgotten, jobs requeued, jobs failed, 1 when there is more to do: call again }
-- @include now
-- @include payload
-- @include status
-- @include json-text
-- @include quarantine
-- @include cancel-marks
local now_ms, now_s = now(ARGV[1])
-- @include ./include/in-hand
-- @include ./include/ahead
-- @include ./include/limits
local requeued, failed = 0, 0

local death_error = 'the worker died with this job in hand'

local function fail(payload, queue, worker, deaths, attempts)
  local kept = read_payload(payload) and payload or 'null,"raw":' .. json_text(payload)
  redis.call('RPUSH', KEYS[4], '{"failed_at":"' .. ARGV[9] .. '","payload":' .. kept
    .. ',"exception":"DirtyExit","error":"' .. death_error .. ', for the ' .. deaths
    .. '. time","backtrace":[],"worker":' .. cjson.encode(worker) .. ',"queue":' .. cjson.encode(queue)
    .. ',"attempts":' .. attempts .. '}')
  failed = failed + 1
end

local function note(payload, code, queue, more, ttl_seconds)
  local kind, class, _, id, seconds, prefix = read_payload(payload)
  if not kind or not id then return end
  local key = status_key(ARGV[5], id, prefix)
  if kind ~= 'ours' then return update_foreign_status(key, code, ttl_seconds, now_s) end
  if not is_tracked(id) then return end
  local record = status_record(code, class, queue, seconds, more, now_ms, now_s)
  if not ttl_seconds then return redis.call('SET', key, record) end
  redis.call('SET', key, record, 'EX', ttl_seconds)
  redis.pcall('PUBLISH', ARGV[12], id)
end

-- The queue's key holds something else than a list by now.
local function put_aside(payload, queue, reason)
  quarantine(KEYS[4], ARGV[9], payload, reason, queue)
  failed = failed + 1
  note(payload, 3, queue, ',"error":{"name":"RedisError","message":' .. json_text(reason) .. '}', ARGV[10])
end

local function put_back(payload, queue, worker)
  local _, _, _, id = read_payload(payload)
  local field = count_field(id, payload)
  local deaths = ARGV[11] == '1' and 0 or redis.call('HINCRBY', KEYS[5], field, 1)
  if deaths >= tonumber(ARGV[8]) then
    local attempts = deaths + (redis.call('HGET', KEYS[10], field) or 0)
    redis.call('HDEL', KEYS[5], field)
    redis.call('HDEL', KEYS[10], field)
    fail(payload, queue, worker, deaths, attempts)
    local more = ',"attempts":' .. attempts .. ',"error":{"name":"DirtyExit","message":"' .. death_error .. '"}'
    return note(payload, 3, queue, more, ARGV[10])
  end
  local length = redis.pcall('LPUSH', ARGV[4] .. queue, payload)
  if type(length) == 'table' then
    redis.call('HDEL', KEYS[5], field)
    return put_aside(payload, queue, length.err)
  end
  redis.call('SADD', KEYS[3], queue)
  if length == 1 then redis.pcall('PUBLISH', ARGV[7], queue) end
  note(payload, 1, queue, '')
  requeued = requeued + 1
end

local function cancel(payload, queue)
  local _, _, _, id = read_payload(payload)
  local field = count_field(id, payload)
  redis.call('HDEL', KEYS[5], field)
  redis.call('HDEL', KEYS[10], field)
  note(payload, 64, queue, '', ARGV[10])
end

-- A job that is back in its queue keeps its place for when it is taken again.
local function leave_places(record, worker, is_back)
  local limits = new_limits(ARGV[13], KEYS[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7])
  for _, limit in ipairs(limits_in_hand(record)) do
    give_place_back(limits, limit[1], place_of_slot(record, worker))
    if is_back and not is_of_queue(limit) then
      local payload = payload_in_hand(record)
      promise_place(limits, limit, payload, select(4, read_payload(payload)))
    elseif not is_of_queue(limit) then
      unpark(limits, limit)
    end
  end
end

-- The jobs in hand, as { slot, number of its reservation, record, worker id, key of the record or nil }: in the slots
-- that are shown to others, and what was taken ahead.
local function in_hand_of(token, base, slots)
  local found, mark = {}, '{"token":"' .. token .. '.'
  local shown_mark = '{"token":"' .. token .. '",' -- of a job that was taken ahead, and is shown there only
  local function add(slot, record, worker, key)
    if not record or string.sub(record, 1, #mark) ~= mark then return end
    local number = tonumber(string.match(record, '^%d+', #mark + 1)) or 0
    found[#found + 1] = { slot = slot, number = number, record = record, worker = worker, key = key }
  end
  for slot = 1, slots do
    local worker = slot == 1 and base or base .. ':' .. slot
    local record = redis.call('GET', ARGV[6] .. worker)
    if record and string.sub(record, 1, #shown_mark) == shown_mark then redis.call('DEL', ARGV[6] .. worker) end
    add(slot, record, worker, ARGV[6] .. worker)
  end
  for slot, record in pairs(all_ahead(ARGV[15] .. token)) do add(slot, record, base or token) end
  return found
end

-- What was taken last goes back first: so the first one is at the head again.
local function last_first(one, other)
  if one.number ~= other.number then return one.number > other.number end
  return one.slot > other.slot
end

local function empty_slot(job, base, hand_key)
  local queue, payload, before = queue_in_hand(job.record), payload_in_hand(job.record), requeued
  if base and is_marked(ARGV[6], base, job.slot, job.record) then
    cancel(payload, queue)
  else
    put_back(payload, queue, job.worker)
  end
  if job.key then
    redis.call('DEL', job.key)
  else
    redis.call('HDEL', hand_key, ahead_fields(job.slot))
  end
  leave_places(job.record, job.worker, requeued > before)
end

local function forget(worker)
  redis.call('SREM', KEYS[6], worker)
  redis.call('HDEL', KEYS[7], worker)
  redis.call('DEL', ARGV[6] .. worker .. ':started', KEYS[8] .. ':' .. worker, KEYS[9] .. ':' .. worker)
end

-- A process may have hundreds of jobs in hand; so many go back in one call, the last ones first.
local budget = 300

-- -> whether nothing of the process is left
local function reap(token)
  local slots, base = string.match(redis.call('HGET', KEYS[2], token) or '', '^(%d+) (.+)$')
  local jobs = in_hand_of(token, base, tonumber(slots or 0))
  table.sort(jobs, last_first)
  for _, job in ipairs(jobs) do
    if budget == 0 then
      -- The process, if it lives after all, is not registered any more, and does not know its hand.
      redis.call('ZADD', KEYS[1], 0, token)
      redis.call('HDEL', ARGV[15] .. token, 'call')
      return false
    end
    budget = budget - 1
    empty_slot(job, base, ARGV[15] .. token)
  end
  for slot = tonumber(slots or 0), 1, -1 do forget(slot == 1 and base or base .. ':' .. slot) end
  if base then redis.call('DEL', cancel_marks(ARGV[6], base)) end
  redis.call('ZREM', KEYS[1], token)
  redis.call('HDEL', KEYS[2], token)
  redis.call('HDEL', KEYS[11], token)
  redis.call('DEL', ARGV[14] .. token, ARGV[15] .. token)
  return true
end

local tokens = { ARGV[3] }
if ARGV[2] ~= '' then
  tokens = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', digits(now_ms - tonumber(ARGV[2])), 'LIMIT', 0, 5)
end
local forgotten = 0
for _, token in ipairs(tokens) do
  if not reap(token) then break end
  forgotten = forgotten + 1
end
return { forgotten, requeued, failed, forgotten < #tokens and 1 or 0 }
