" What a person does in ./Dockerfile in Vim with ALE and the README's vimrc; what came of it in found.json.
let s:found = {}

" Waits until the expression holds, ten seconds at most.
function! s:Until(expression) abort
  let l:start = reltime()
  while !eval(a:expression) && reltimefloat(reltime(l:start)) < 10
    sleep 20m
  endwhile
endfunction

edit Dockerfile
call s:Until('!empty(ale#engine#GetLoclist(bufnr("")))')
let s:found.rules = map(copy(ale#engine#GetLoclist(bufnr(''))), 'v:val.code')
call cursor(1, len(getline(1)))
call feedkeys(":ALERename\<CR>\<C-u>base\<CR>", 'tx')
call s:Until('getline(1) =~ "base"')
ALEFix
call s:Until('getline(1) =~ "FROM"')
let s:found.renamed = join(getline(1, '$'), "\n")
call writefile([json_encode(s:found)], 'found.json')
qall!
