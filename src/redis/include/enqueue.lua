-- Puts jobs into their queues, many at once: names the queues, appends the payloads, writes "waiting" and
-- wakes idle workers. Needs now.lua, payload.lua and status.lua.
--
--   local batch = new_batch(status_prefix, now_ms, now_s)
--   add_to_batch(batch, queue, payload, kind, class, id, seconds, prefix)
--   enqueue_batch(batch, queues_key, queue_prefix, wake_channel, function(payload, reason, queue) … end)

local function new_batch(status_prefix, now_ms, now_s)
  return {
    names = {}, payloads = {}, statuses = {}, tails = {}, head = status_head(1, now_s),
    status_prefix = status_prefix, now_ms = now_ms, now_s = now_s,
  }
end

local function tail_of(batch, queue)
  local tail = status_tail(queue, batch.now_ms)
  batch.tails[queue] = tail
  return tail
end

local function add_to_batch(batch, queue, payload, kind, class, id, seconds, prefix)
  local payloads = batch.payloads[queue]
  if payloads then
    payloads[#payloads + 1] = payload
  else
    batch.payloads[queue] = { payload }
    batch.names[#batch.names + 1] = queue
  end
  if not id then return end
  if kind ~= 'ours' then
    update_foreign_status(status_key(batch.status_prefix, id, prefix), 1, nil, batch.now_s)
  elseif is_tracked(id) then
    local statuses = batch.statuses
    local count = #statuses
    statuses[count + 1] = batch.status_prefix .. id .. ':status'
    statuses[count + 2] = batch.head .. seconds .. ',"result":null,"class":' .. class
      .. (batch.tails[queue] or tail_of(batch, queue))
  end
end

-- A job that is to be enqueued in a moment, when its class has been asked.
local function note_waiting(batch, queue, kind, class, id, seconds)
  if kind ~= 'ours' or not is_tracked(id) then return end
  local record = status_record(1, class, queue, seconds, '', batch.now_ms, batch.now_s)
  redis.call('SET', status_key(batch.status_prefix, id), record)
end

-- The names of many queues go as JSON behind a line break (worker/ears.ts): a thousand messages cost more than one.
local function wake(channel, queues)
  if #queues == 0 then return end
  redis.pcall('PUBLISH', channel, #queues == 1 and queues[1] or '\n' .. cjson.encode(queues))
end

-- Without the records of queues that took none of their jobs, which end in the name of the queue.
local function accepted_statuses(batch, reasons)
  local is_refused, kept = {}, {}
  for queue in pairs(reasons) do is_refused[batch.tails[queue] or ''] = true end
  for index = 1, #batch.statuses, 2 do
    local record = batch.statuses[index + 1]
    if not is_refused[string.match(record, ',"queue":.*$')] then
      kept[#kept + 1] = batch.statuses[index]
      kept[#kept + 1] = record
    end
  end
  return kept
end

-- Lua hands over only some thousand values at once.
local function write_statuses(statuses)
  for first = 1, #statuses, 2000 do
    redis.call('MSET', unpack(statuses, first, math.min(first + 1999, #statuses)))
  end
end

-- Idle workers have seen every queue empty, so only a queue that was empty has anyone to wake. A queue's key
-- that holds something else than a list takes none of its jobs: `refuse` is told of each.
-- A Redis user may lack the right to publish; then workers find the jobs by their poll.
local function enqueue_batch(batch, queues_key, queue_prefix, wake_channel, refuse)
  local named, woken, reasons = {}, {}, {}
  for _, queue in ipairs(batch.names) do
    local payloads = batch.payloads[queue]
    local length = redis.pcall('RPUSH', queue_prefix .. queue, unpack(payloads))
    if type(length) == 'table' then
      reasons[queue] = length.err
    else
      named[#named + 1] = queue
      if length == #payloads then woken[#woken + 1] = queue end
    end
  end
  write_statuses(next(reasons) and accepted_statuses(batch, reasons) or batch.statuses)
  if #named > 0 then redis.call('SADD', queues_key, unpack(named)) end
  wake(wake_channel, woken)
  for queue, reason in pairs(reasons) do
    for _, payload in ipairs(batch.payloads[queue]) do refuse(payload, reason, queue) end
  end
end
