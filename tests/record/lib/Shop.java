/* SPDX-License-Identifier: Apache-2.0 */
/* Shop: a Spring Boot application with the actuator and Jolokia, set up by application.properties. */
package support;

import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
@RestController
public class Shop {
    public static void main(String[] args) {
        SpringApplication.run(Shop.class, args);
    }

    @GetMapping("/api/items")
    public Map<String, Object> items() {
        return Map.of("total", 12, "items", new String[] {"chair", "table"});
    }
}
