-- Limits: how many jobs of a kind are in hand at a time, and how many begin within a time. Needs now.lua,
-- payload.lua, status.lua and in-hand.lua; `now_ms` and `now_s` of the script.
--
--   <prefix>holders:<limit>  zset  who has a place -> when to look whether that is still true, ms
--   <prefix>starts:<limit>   zset  who began, while that counts -> when, ms
--   <prefix>parked:<limit>   list  jobs that wait for a place: {"queue":…,"payload":<the job's bytes>}
--   <prefix>due              zset  limit with parked jobs -> when to look at it, though nothing tells of room, ms
--
-- A place belongs to a job in hand, "<token of its reservation> <worker id of its slot>", or is promised to a job
-- that left the parked list, "job <id, or hash of the payload>". The record of a job in hand names its limits,
-- so that whoever ends the job, or finds its worker dead, gives its places back. A place whose record is gone
-- nevertheless is found out when its time to look has come.
--
-- A limit is { name, concurrency, count, window_ms }; 0 is no limit.
local look_every_ms, promise_ms = 15000, 60000
local most_looked_at, most_moved = 100, 1000

local function new_limits(prefix, queues_key, queue_prefix, status_prefix, worker_prefix, wake_channel)
  return {
    prefix = prefix, queues_key = queues_key, queue_prefix = queue_prefix, status_prefix = status_prefix,
    worker_prefix = worker_prefix, wake_channel = wake_channel,
  }
end

-- Jobs that find the limit of their queue full stay in it; they are never parked.
local function is_of_queue(limit)
  return string.sub(limit[1], 1, 6) == 'queue/'
end

local function give_place_back(limits, name, member)
  redis.call('ZREM', limits.prefix .. 'holders:' .. name, member)
end

local function take_place(limits, limit, member)
  if limit[2] > 0 then
    redis.call('ZADD', limits.prefix .. 'holders:' .. limit[1], digits(now_ms + look_every_ms), member)
  end
  if limit[3] > 0 then
    local starts = limits.prefix .. 'starts:' .. limit[1]
    redis.call('ZREMRANGEBYSCORE', starts, '-inf', digits(now_ms - limit[4]))
    redis.call('ZADD', starts, digits(now_ms), member)
    redis.call('PEXPIRE', starts, digits(limit[4] + promise_ms))
  end
end

-- A promise counts as a start that is still to come, until it is kept or given up.
local function promise_place(limits, limit, payload, id)
  local member, ends = 'job ' .. count_field(id, payload), digits(now_ms + promise_ms)
  if limit[2] > 0 then redis.call('ZADD', limits.prefix .. 'holders:' .. limit[1], ends, member) end
  if limit[3] > 0 then
    local starts = limits.prefix .. 'starts:' .. limit[1]
    redis.call('ZADD', starts, ends, member)
    redis.call('PEXPIRE', starts, digits(limit[4] + promise_ms))
  end
end

-- -> whether the job had a promise, which it has no longer
local function keep_promise(limits, limit, payload, id)
  local member = 'job ' .. count_field(id, payload)
  local holders, starts = limits.prefix .. 'holders:' .. limit[1], limits.prefix .. 'starts:' .. limit[1]
  local has_place = limit[2] == 0 or redis.call('ZSCORE', holders, member)
  local may_start = limit[3] == 0 or redis.call('ZSCORE', starts, member)
  if limit[2] > 0 and has_place then redis.call('ZREM', holders, member) end
  if limit[3] > 0 and may_start then redis.call('ZREM', starts, member) end
  return has_place and may_start and true or false
end

local function is_in_hand(limits, member)
  local token, worker = string.match(member, '^(%S+) (.+)$')
  if token == 'job' then return false end -- a promise, and its time is over
  local record, mark = redis.call('GET', limits.worker_prefix .. worker), '{"token":"' .. token .. '",'
  return record and string.sub(record, 1, #mark) == mark
end

-- -> how many places nobody has any more
local function find_lost_places(limits, limit)
  local holders, lost = limits.prefix .. 'holders:' .. limit[1], 0
  local members = redis.call('ZRANGEBYSCORE', holders, '-inf', digits(now_ms), 'LIMIT', 0, most_looked_at)
  for _, member in ipairs(members) do
    if is_in_hand(limits, member) then
      redis.call('ZADD', holders, digits(now_ms + look_every_ms), member)
    else
      redis.call('ZREM', holders, member)
      if string.sub(member, 1, 4) == 'job ' then
        redis.call('ZREM', limits.prefix .. 'starts:' .. limit[1], member)
      end
      lost = lost + 1
    end
  end
  return lost
end

-- -> how many jobs may begin now, and in how many milliseconds the next may when time is what is missing, else 0
local function room_of(limits, limit)
  local room, opens_ms = math.huge, 0
  if limit[2] > 0 then
    room = limit[2] - redis.call('ZCARD', limits.prefix .. 'holders:' .. limit[1])
    if room <= 0 then room = room + find_lost_places(limits, limit) end
  end
  if limit[3] == 0 then return room, 0 end
  local starts, since = limits.prefix .. 'starts:' .. limit[1], '(' .. digits(now_ms - limit[4])
  local used = redis.call('ZCOUNT', starts, since, '+inf')
  if used >= limit[3] then
    local next_out = redis.call('ZRANGEBYSCORE', starts, since, '+inf', 'WITHSCORES', 'LIMIT', used - limit[3], 1)
    opens_ms = math.max(1, tonumber(next_out[2]) + limit[4] - now_ms)
  end
  return math.min(room, limit[3] - used), opens_ms
end

local function note_waiting(limits, payload, queue, more)
  local kind, class, _, id, seconds, prefix = read_payload(payload)
  if not kind or not id then return end
  local key = status_key(limits.status_prefix, id, prefix)
  if kind ~= 'ours' then return update_foreign_status(key, 1, nil, now_s) end
  if is_tracked(id) then redis.call('SET', key, status_record(1, class, queue, seconds, more, now_ms, now_s)) end
end

-- Whoever has the limit's parked jobs to look after does so no later than this.
local function look_after(limits, name, in_ms)
  redis.call('ZADD', limits.prefix .. 'due', digits(now_ms + in_ms), name)
end

local function park(limits, limit, payload, queue, opens_ms)
  local key = limits.prefix .. 'parked:' .. limit[1]
  local entry = '{"queue":' .. cjson.encode(queue) .. ',"payload":' .. payload .. '}'
  if redis.call('RPUSH', key, entry) == 1 then
    look_after(limits, limit[1], opens_ms > 0 and opens_ms or look_every_ms)
  end
  note_waiting(limits, payload, queue, ',"parked":' .. cjson.encode(limit[1]))
end

-- A key of that name may hold something else than a list by now: then the job stays parked.
-- -> how many went back
local function push_to_heads(limits, limit, entries, is_promised)
  local pushed = 0
  for index = #entries, 1, -1 do
    local entry = entries[index]
    local queue_text, payload = string.match(entry, '^{"queue":(".-"),"payload":(.*)}$')
    local queue = cjson.decode(queue_text)
    local length = redis.pcall('LPUSH', limits.queue_prefix .. queue, payload)
    if type(length) == 'table' then
      redis.call('RPUSH', limits.prefix .. 'parked:' .. limit[1], entry)
    else
      redis.call('SADD', limits.queues_key, queue)
      if length == 1 then redis.pcall('PUBLISH', limits.wake_channel, queue) end
      local _, _, _, id = read_payload(payload)
      if is_promised then promise_place(limits, limit, payload, id) end
      note_waiting(limits, payload, queue, '')
      pushed = pushed + 1
    end
  end
  return pushed
end

-- Takes as many parked jobs back to the heads of their queues as there is room for, or `all` of them.
-- -> in how many milliseconds the next may begin when time is what is missing, else 0
local function unpark(limits, limit, all)
  local key = limits.prefix .. 'parked:' .. limit[1]
  local room, opens_ms = math.huge, 0
  if not all then room, opens_ms = room_of(limits, limit) end
  local moved = {}
  if room > 0 then moved = redis.call('LPOP', key, math.min(room, most_moved)) or {} end
  local pushed = push_to_heads(limits, limit, moved, not all)
  if redis.call('EXISTS', key) == 0 then
    redis.call('ZREM', limits.prefix .. 'due', limit[1])
    return 0
  end
  if pushed == most_moved and room > most_moved then opens_ms = 1 end
  if pushed > 0 and opens_ms == 0 and not all then opens_ms = select(2, room_of(limits, limit)) end
  look_after(limits, limit[1], opens_ms > 0 and opens_ms or look_every_ms)
  return opens_ms
end

-- The limits that the record of a job in hand names; they stand after its token.
local function limits_in_hand(record)
  local text = string.match(record, '^{"token":"[^"]+","limits":(.-),"queue":')
  return text and cjson.decode(text) or {}
end

local function place_of_slot(record, worker)
  return string.match(record, '^{"token":"([^"]+)"') .. ' ' .. worker
end
