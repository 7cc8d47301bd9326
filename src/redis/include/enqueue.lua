-- Puts jobs into their queues, many at once: names the queues, appends the payloads, writes "waiting" and
-- wakes idle workers. Needs now.lua, payload.lua and status.lua.
--
--   local batch = new_batch(status_prefix, now_ms, now_s)
--   add_to_batch(batch, queue, payload, kind, class, id, seconds, prefix)
--   enqueue_batch(batch, queues_key, queue_prefix, wake_channel, function(payload, reason, queue) … end)

local function new_batch(status_prefix, now_ms, now_s)
  return { names = {}, queues = {}, status_prefix = status_prefix, now_ms = now_ms, now_s = now_s }
end

local function queue_of(batch, queue)
  local entry = { payloads = {}, statuses = {}, record = status_records(1, queue, batch.now_ms, batch.now_s) }
  batch.queues[queue] = entry
  batch.names[#batch.names + 1] = queue
  return entry
end

local function add_to_batch(batch, queue, payload, kind, class, id, seconds, prefix)
  local entry = batch.queues[queue] or queue_of(batch, queue)
  entry.payloads[#entry.payloads + 1] = payload
  if not id then return end
  if kind ~= 'ours' then
    update_foreign_status(status_key(batch.status_prefix, id, prefix), 1, nil, batch.now_s)
  elseif is_tracked(id) then
    local statuses = entry.statuses
    local count = #statuses
    statuses[count + 1] = batch.status_prefix .. id .. ':status'
    statuses[count + 2] = entry.record(class, seconds)
  end
end

-- A job that is to be enqueued in a moment, when its class has been asked.
local function note_waiting(batch, queue, kind, class, id, seconds)
  if kind ~= 'ours' or not is_tracked(id) then return end
  local record = status_record(1, class, queue, seconds, '', batch.now_ms, batch.now_s)
  redis.call('SET', status_key(batch.status_prefix, id), record)
end

-- Idle workers have seen every queue empty, so only a queue that was empty has anyone to wake. A queue's key
-- that holds something else than a list takes none of its jobs: `refuse` is told of each.
-- A Redis user may lack the right to publish; then workers find the jobs by their poll.
local function enqueue_batch(batch, queues_key, queue_prefix, wake_channel, refuse)
  local named = {}
  for _, queue in ipairs(batch.names) do
    local entry = batch.queues[queue]
    local length = redis.pcall('RPUSH', queue_prefix .. queue, unpack(entry.payloads))
    if type(length) == 'table' then
      for _, payload in ipairs(entry.payloads) do refuse(payload, length.err, queue) end
    else
      named[#named + 1] = queue
      if #entry.statuses > 0 then redis.call('MSET', unpack(entry.statuses)) end
      if length == #entry.payloads then redis.pcall('PUBLISH', wake_channel, queue) end
    end
  end
  if #named > 0 then redis.call('SADD', queues_key, unpack(named)) end
end
