;;; The same as emacs.el, with lsp-mode for a client.
(load (expand-file-name "person.el" (file-name-directory load-file-name)) nil t)
(require 'lsp-mode)
(setq lsp-auto-guess-root t lsp-enable-snippet nil lsp-completion-provider :none lsp-idle-delay 0)
(load (expand-file-name "init.el") nil t)

(defun found ()
  (gethash (lsp--fix-path-casing buffer-file-name) (lsp-diagnostics t)))

(find-file "Dockerfile")
;; What `lsp-deferred' waits for does not come in batch mode.
(lsp)
(wait-until #'found)
(let ((texts (mapcar (lambda (it) (format "cachalot [%s]: %s" (gethash "code" it) (gethash "message" it))) (found))))
  (edit-and-tell texts #'lsp-format-buffer #'lsp-rename)
  (lsp-workspace-shutdown (car (lsp-workspaces))))
