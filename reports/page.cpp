#include "reports/page.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "reports/page_assets.hpp"
#include "reports/text.hpp"

namespace reports {

std::string html_json(const nlohmann::ordered_json& data) {
  using Json = nlohmann::ordered_json;
  const std::string plain = data.dump(-1, ' ', true, Json::error_handler_t::replace);
  std::string text;
  text.reserve(plain.size() + plain.size() / 64);
  for (const char c : plain) {  // these stand in strings alone
    switch (c) {
      case '<': text += "\\u003c"; break;
      case '>': text += "\\u003e"; break;
      case '&': text += "\\u0026"; break;
      default: text += c;
    }
  }
  return text;
}

void write_page(const Page& page, const nlohmann::ordered_json& data, const Sink& sink) {
  const std::string title = xml_text(page.title);
  const std::string plain = xml_text(page.plain);
  const std::string json = html_json(data);
  struct Place {
    std::string_view mark;
    std::string_view text;
  };
  const std::array<Place, 7> places{{{"<!--TOKEN-->", page.token},
                                     {"<!--TITLE-->", title},
                                     {"/*STYLE*/", kPageStyle},
                                     {"<!--NOSCRIPT-->", plain},
                                     {"<!--DATA-->", json},
                                     {"/*CHARTS*/", kPageCharts},
                                     {"/*SCRIPT*/", kPageScript}}};
  std::string_view rest = kPageHtml;  // in which the marks stand in this order
  for (const Place& place : places) {
    const std::size_t at = rest.find(place.mark);
    if (at == std::string_view::npos) continue;
    sink(rest.substr(0, at));
    sink(place.text);
    rest.remove_prefix(at + place.mark.size());
  }
  sink(rest);
}

}  // namespace reports
