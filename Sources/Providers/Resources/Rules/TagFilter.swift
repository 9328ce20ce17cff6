// SPDX-License-Identifier: Apache-2.0

extension ODataFilter {
    /// Whether the filter holds for something with tags: `tagName eq 'a' and tagValue eq 'b'` asks for one tag that is
    /// both, so the filter is tried with each tag in turn.
    package func holds(tags: [String: String], _ value: (String) -> String?) -> Bool {
        guard !fields.isDisjoint(with: ["tagname", "tagvalue"]) else { return holds(value) }
        return tags.contains { tag in
            holds { field in
                switch field {
                case "tagname": tag.key
                case "tagvalue": tag.value
                default: value(field)
                }
            }
        }
    }
}
