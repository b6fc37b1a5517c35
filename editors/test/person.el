;;; What a person does in ./Dockerfile in Emacs, whatever the client: emacs.el and lsp-mode.el load it.
(package-initialize)
(require 'json)
(require 'dockerfile-mode)

(defun wait-until (done &optional each-time)
  "Run the event loop until DONE gives non-nil, ten seconds at most; EACH-TIME runs in between."
  (let ((end (+ (float-time) 10)))
    (while (and (< (float-time) end) (not (funcall done)))
      (accept-process-output nil 0.02)
      (when each-time (funcall each-time)))))

(defun edit-and-tell (texts format rename)
  "Add a line, lay it out with FORMAT, save, and rename the stage with RENAME.
Print what came of it as one JSON line, with TEXTS, what was found before."
  (goto-char (point-max))
  (insert "EXPOSE 80:80\n")
  (funcall format)
  (save-buffer)
  (goto-char (1+ (progn (goto-char (point-min)) (search-forward "AS "))))
  (funcall rename "base")
  (let ((saved (with-temp-buffer (insert-file-contents "Dockerfile") (buffer-string))))
    (princ (json-encode `((texts . ,(vconcat texts)) (saved . ,saved) (renamed . ,(buffer-string))))))
  (princ "\n"))
