-- Opens ./Dockerfile in Neovim (0.7 and newer), and prints what a person would get as one JSON line.
local found = {}
vim.cmd('filetype on')
vim.cmd('edit Dockerfile')
local start = vim.loop.hrtime()
local id = vim.lsp.start_client({
  name = 'cachalot',
  cmd = { vim.env.CACHALOT, 'lsp' },
  root_dir = vim.fn.getcwd(),
  on_exit = function(code) found.exit = code end,
})
vim.lsp.buf_attach_client(0, id)
local function diagnostics() return vim.diagnostic.get(0) end
vim.wait(10000, function() return #diagnostics() > 0 end, 10)
found.milliseconds = math.floor((vim.loop.hrtime() - start) / 1e6)
found.filetype = vim.bo.filetype
found.rules = vim.tbl_map(function(it) return it.code end, diagnostics())
local before = #diagnostics()
vim.api.nvim_buf_set_lines(0, -1, -1, false, { 'MAINTAINER me', 'EXPOSE 80:80' })
vim.wait(10000, function() return #diagnostics() > before end, 10)
found.after_edit = #diagnostics() - before
local function request(method, params)
  for _, answer in pairs(vim.lsp.buf_request_sync(0, method, params, 10000) or {}) do
    return answer.err and { error = answer.err.message } or answer.result
  end
end
local hover = request('textDocument/hover', vim.lsp.util.make_position_params())
found.hover = hover and hover.contents and hover.contents.value:sub(1, 40) or 'none'
local params = vim.lsp.util.make_range_params()
params.range = { start = { line = 0, character = 0 }, ['end'] = { line = 8, character = 0 } }
params.context = { diagnostics = {} }
found.actions = #(request('textDocument/codeAction', params) or {})
-- A refactoring is about what is selected: RUN npm install.
params.range = { start = { line = 3, character = 0 }, ['end'] = { line = 3, character = 0 } }
local kinds = vim.tbl_map(function(it) return it.kind end, request('textDocument/codeAction', params) or {})
found.refactorings = #vim.tbl_filter(function(kind) return kind:find('^refactor') ~= nil end, kinds)
local lenses = request('textDocument/codeLens', { textDocument = vim.lsp.util.make_text_document_params() })
found.lenses = vim.tbl_map(function(it) return it.command.title end, lenses or {})
-- What completion would write for a word that begins with dashes, which Neovim takes for no part of it.
local last = vim.api.nvim_buf_line_count(0)
vim.api.nvim_buf_set_lines(0, last, last, false, { 'RUN --mount' })
vim.api.nvim_win_set_cursor(0, { last + 1, 10 })
local offered = request('textDocument/completion', vim.lsp.util.make_position_params())
local items = vim.lsp.util.text_document_completion_list_to_complete_items(offered, '--moun')
found.completion = vim.tbl_map(function(it) return it.word end, items)
vim.api.nvim_buf_set_lines(0, last, last + 1, false, {})
-- All that is safe, as the README's hook does it before a file is written.
local fix = {
  textDocument = vim.lsp.util.make_text_document_params(0),
  range = { start = { line = 0, character = 0 }, ['end'] = { line = vim.api.nvim_buf_line_count(0), character = 0 } },
  context = { only = { 'source.fixAll.cachalot' }, diagnostics = {} },
}
for client, answer in pairs(vim.lsp.buf_request_sync(0, 'textDocument/codeAction', fix, 10000) or {}) do
  for _, action in ipairs(answer.result or {}) do
    vim.lsp.util.apply_workspace_edit(action.edit, vim.lsp.get_client_by_id(client).offset_encoding)
  end
end
found.fixed = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
vim.lsp.buf.formatting_sync({}, 10000)
found.first_line = vim.api.nvim_buf_get_lines(0, 0, 1, false)[1]
vim.lsp.stop_client(id)
vim.wait(10000, function() return found.exit ~= nil end, 10)
io.stdout:write(vim.fn.json_encode(found) .. '\n')
vim.cmd('qa!')
