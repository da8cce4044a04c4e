package w3
import rego.v1

bulk if {
  some line in input.order.lines
  line.qty > 40
}

total := sum([amount |
  some line in input.order.lines
  line.kind != "voucher"
  amount := line.qty * line.price
])

default discount := 0

discount := 5 if {
  bulk
} else := 4 if {
  total >= 1000000
} else := 3 if {
  total >= 500000
} else := 2 if {
  total >= 250000
} else := 1 if {
  total >= 100000
}
