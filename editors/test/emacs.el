;;; Opens ./Dockerfile in Emacs with what the README says in init.el, and prints what a person would get as
;;; one JSON line.
(load (expand-file-name "person.el" (file-name-directory load-file-name)) nil t)
(require 'eglot)
(setq eglot-sync-connect 10 eglot-autoshutdown nil eglot-send-changes-idle-time 0)
(load (expand-file-name "init.el") nil t)

(find-file "Dockerfile")
;; What `eglot-ensure' waits for does not come in batch mode.
(run-hooks 'post-command-hook)
(wait-until #'flymake-diagnostics #'flymake-start)
(let ((texts (mapcar #'flymake-diagnostic-text (flymake-diagnostics)))
      (server (eglot-current-server)))
  (edit-and-tell texts #'eglot-format-buffer #'eglot-rename)
  (eglot-shutdown server))
