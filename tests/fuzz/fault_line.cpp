#include "harness/scenario/fault_line.hpp"

#include "input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<std::string> backends{"a", "b"};
  const std::string_view text = fuzz::text_of(data, size);
  try {
    const fakes::Fault fault = harness::read_fault_line(text, backends);
    ENSURE(!fault.id.empty() && fault.from < fault.to, "a fault without a name or a window");
    ENSURE(fault.course.shape == fakes::Course::Shape::constant ||
               (!fault.course.ppm.empty() && fault.course.end > fault.from),
           "a course without values or an end");
  } catch (const harness::ScenarioErrors& wrong) {
    for (const harness::ScenarioError& error : wrong.errors()) {
      const int columns = static_cast<int>(text.size()) + 1;
      ENSURE(error.place.line == 1 && error.place.column >= 1 && error.place.column <= columns,
             "a place outside of the line");
    }
  }
  return 0;
}
