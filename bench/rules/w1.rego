package w1
import rego.v1

total := input.request.booked + input.request.hours

lacking if {
  some need in input.request.needs
  not need in input.request.skills
}

remote if input.request.site in {"harbour", "airport"}

default verdict := 0

verdict := 1 if {
  lacking
} else := 2 if {
  input.request.age < 18
  input.request.night
} else := 3 if {
  total > 48.0
} else := 4 if {
  input.request.rest < 11.0
} else := 5 if {
  input.request.grade == "trainee"
  remote
  not "first_aid" in input.request.skills
} else := 6 if {
  total > 40.0
  input.request.hours * input.request.rate > 250.0
} else := 7 if {
  input.request.tenure < 3
  input.request.grade != "lead"
} else := 8 if {
  input.request.confidence < 0.8
}
