-- Writes "delayed" for a job that was given another second. Needs now.lua, payload.lua and status.lua.
local function write_delayed_status(key, id, class, queue, seconds, due, now_ms, now_s)
  local ok, old = pcall(cjson.decode, redis.call('GET', key) or '')
  local error = ok and type(old) == 'table' and type(old.error) == 'table' and old.error
  local more = (error and ',"error":' .. cjson.encode(error) or '') .. ',"due":' .. due
  local record = status_record(63, class, queue, seconds, more, now_ms, now_s)
  if is_tracked(id) then
    redis.call('SET', key, record)
  else -- nothing would ever write over it: it must end by itself
    redis.call('SET', key, record, 'EX', due - now_s + 86400)
  end
end
