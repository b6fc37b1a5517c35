target "web" {
  context = "app"
}
