# Two stages: build with Maven, run on a JRE. Build: docker build -t carteggio . Run: docker run -v carteggio:/data -p 2525:2525 -p 8080:8080 carteggio
FROM maven:3-eclipse-temurin-25 AS build
WORKDIR /src
COPY . .
RUN mvn -q -ntp -B -DskipTests package

FROM eclipse-temurin:25-jre
RUN useradd --system --create-home --home-dir /data --uid 10025 carteggio
COPY --from=build /src/server/target/dist/lib /opt/carteggio/lib
COPY --from=build /src/extract/target/dist/extract /opt/carteggio/extract
USER carteggio
VOLUME /data
EXPOSE 2525 8080
ENTRYPOINT ["java", "--enable-native-access=ALL-UNNAMED", "-cp", "/opt/carteggio/lib/*", "io.carteggio.server.command.Main"]
CMD ["serve", "--data", "/data", "--http", "0.0.0.0:8080", "--smtp", "0.0.0.0:2525"]
