-- What a person does in ./Dockerfile with the README's init.lua; what came of it as one JSON line.
local found = { notices = {} }
vim.notify = function(text) table.insert(found.notices, text) end
vim.lsp.config('cachalot', { on_exit = function(code) found.exit = code end })
-- Waits until there is some of it.
local function some(list)
  vim.wait(10000, function() return #list() > 0 end, 10)
  return list()
end
local function line(number) return vim.api.nvim_buf_get_lines(0, number - 1, number, false)[1] end
vim.cmd('edit Dockerfile')
local rules = some(function() return vim.diagnostic.get(0) end)
found.rules = vim.tbl_map(function(it) return it.code end, rules)
local client = vim.lsp.get_clients({ bufnr = 0 })[1]
found.encoding = client.offset_encoding
local hints = some(function() return vim.lsp.inlay_hint.get({ bufnr = 0 }) end)
found.hints = vim.tbl_map(function(it) return it.inlay_hint.label end, hints)
local lenses = some(function() return vim.lsp.codelens.get(0) end)
found.lenses = vim.tbl_map(function(it) return it.command.title end, lenses)
-- Keys: what stands on line 3, with the cursor before all of it.
local offered = {}
vim.ui.select = function(items) offered = items end
vim.api.nvim_win_set_cursor(0, { 3, 0 })
vim.api.nvim_feedkeys('gra', 'mx', false)
some(function() return offered end)
found.actions = vim.tbl_map(function(it) return it.action.title end, offered)
vim.ui.input = function(_, answer) answer('base') end
vim.api.nvim_win_set_cursor(0, { 1, #line(1) - 1 })
vim.api.nvim_feedkeys('grn', 'mx', false)
some(function() return line(1):find('base') and { 1 } or {} end)
vim.lsp.buf.format()
found.first_line = line(1)
-- Completion with its own keys; the menu is closed once it is there, or when it does not come.
local function keys(text) return vim.api.nvim_replace_termcodes(text, true, true, true) end
local last = vim.api.nvim_buf_line_count(0)
vim.api.nvim_buf_set_lines(0, last, last, false, { 'EXPOSE 80:80', 'COPY --from=' })
vim.api.nvim_win_set_cursor(0, { last + 2, 0 })
vim.o.completeopt = 'menuone'
local function close() vim.api.nvim_feedkeys(keys('<C-e><Esc>'), 'n', false) end
vim.defer_fn(close, 10000)
vim.api.nvim_create_autocmd('CompleteChanged', { once = true, callback = function()
  found.completion = vim.tbl_map(function(it) return it.word end, vim.fn.complete_info({ 'items' }).items)
  close()
end })
vim.api.nvim_feedkeys(keys('A<C-x><C-o>'), 'mx!', false)
vim.api.nvim_buf_set_lines(0, last + 1, last + 2, false, {})
vim.cmd('silent write')
found.saved = vim.fn.readfile('Dockerfile')
-- What it asked in answer to the edits is answered before the end.
vim.wait(10000, function() return next(client.requests) == nil end, 10)
client:stop()
vim.wait(10000, function() return found.exit ~= nil end, 10)
found.log = vim.fn.filereadable(vim.lsp.log.get_filename()) == 1 and vim.fn.readfile(vim.lsp.log.get_filename()) or {}
io.stdout:write(vim.json.encode(found) .. '\n')
vim.cmd('qa!')
