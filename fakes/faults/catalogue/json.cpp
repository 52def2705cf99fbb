// What happens to the JSON inside of answers and events.
#include "fakes/faults/catalogue.hpp"

namespace fakes {

const std::span<const CatalogueRow> kJsonCatalogue = {};

}  // namespace fakes
